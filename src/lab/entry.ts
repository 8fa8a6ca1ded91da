/**
 * The entry of a lab in labs/: a folder, or a link to where --dir put it. And what is wrong with an entry that is not a lab.
 *
 * Every command finds a lab through findLab(), so all of them report the same about it, with a hint that loses no data.
 */
import { existsSync, lstatSync, readdirSync, readlinkSync, rmSync, statSync, type Stats } from 'node:fs'
import path from 'node:path'
import { LabError } from '../errors.js'
import { labEntry, labFiles, labLock, labsDir, nodeFiles, type Places } from '../paths.js'
import { isName, shellWord } from '../spec/index.js'
import type { LabRecord } from '../supervisor/index.js'
import { otherLockHolder } from '../util/lock.js'

/** Every name that has an entry, in alphabetical order. Other files in that folder are ignored. */
export function labNames(places: Places): string[] {
  try {
    return readdirSync(labsDir(places)).filter(isName).sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** The folder that an entry is, or leads to. */
export function labDirOf(places: Places, name: string): string | undefined {
  const entry = labEntry(places, name)
  const stat: Stats | undefined = lstatSync(entry, { throwIfNoEntry: false })
  if (!stat) return undefined
  return stat.isSymbolicLink() ? path.resolve(path.dirname(entry), readlinkSync(entry)) : entry
}

/**
 * Removes a link whose folder is gone; any other entry stays. To be called while holding the lab's lock: a lab that is
 * about to be made has its link before its folder.
 *
 * @returns the folder that is gone
 */
export function forgetDangling(places: Places, name: string): string | undefined {
  const [entry, dir] = [labEntry(places, name), labDirOf(places, name)]
  if (dir === undefined || !isLink(entry) || folderAt(dir) !== 'gone') return undefined
  rmSync(entry)
  return dir
}

/** @returns undefined where nothing of a lab stands, so that one may begin there */
export function brokenEntry(places: Places, name: string, dir: string): LabError | undefined {
  const entry = labEntry(places, name)
  const found = folderAt(dir)
  if (found === 'gone') {
    // A lab that is about to be made has its link before its folder.
    if (isEphemeralFolder(name, dir) || otherLockHolder(labLock(places, name))) return undefined
    return broken(
      `the folder of the lab "${name}" is gone: ${dir}`,
      `Put it back, or mount its disk. To forget the lab, delete the link to it: rm ${shellWord(entry)}`,
    )
  }
  if (found === 'file')
    return broken(
      `the folder of the lab "${name}" is not a folder: ${dir}`,
      `Move it away: ${moveAway(places, name, entry)}`,
    )
  if (existsSync(labFiles.record(dir)) || !(isLink(entry) || holdsLab(dir))) return undefined
  return broken(
    `the folder of the lab "${name}" has no lab.json: ${dir}`,
    `Put lab.json back, or move the ${isLink(entry) ? 'link' : 'folder'} away, which keeps all data: ${moveAway(places, name, entry)}`,
  )
}

/** Nothing of it is lost. @param damage why its lab.json cannot be read */
export function unreadable(places: Places, name: string, damage: LabError): LabError {
  const hint = `The data of the nodes is untouched. Repair lab.json, or move the lab away, which keeps all data: ${moveAway(places, name, labEntry(places, name))}`
  return new LabError({ ...damage.toJSON(), hint }, { cause: damage })
}

/** The record and the redis.conf of each node name another folder: every command would act there. */
export function displaced(places: Places, name: string, record: LabRecord, dir: string): LabError {
  const wasMoved = !existsSync(record.dir)
  return new LabError({
    code: 'lab-damaged',
    message: `the folder of "${name}" holds the record of the lab "${record.name}" in another folder: it was copied or moved`,
    hint: wasMoved
      ? `Move it back: mv ${shellWord(dir)} ${shellWord(record.dir)}`
      : `Move the copy away: ${moveAway(places, name, labEntry(places, name))}`,
    details: [`folder: ${dir}`, `made in: ${record.dir}`],
  })
}

const broken = (message: string, hint: string): LabError => new LabError({ code: 'lab-damaged', message, hint })

/** Beside labs/, where nothing is taken for a lab. */
function moveAway(places: Places, name: string, from: string): string {
  const names = Array.from({ length: 100 }, (_, index) => `${name}.kept${index === 0 ? '' : `-${index + 1}`}`)
  const free = names.map((one) => path.join(places.state, one)).find((target) => !existsSync(target))
  return `mv ${shellWord(from)} ${shellWord(free ?? path.join(places.state, `${name}.kept`))}`
}

const isLink = (entry: string): boolean => lstatSync(entry, { throwIfNoEntry: false })?.isSymbolicLink() === true

function folderAt(dir: string): 'folder' | 'file' | 'gone' {
  try {
    return statSync(dir).isDirectory() ? 'folder' : 'file'
  } catch (error) {
    // A folder that may not be entered is there all the same. A link that leads to itself leads nowhere.
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' ? 'gone' : 'folder'
  }
}

/** As lab/record.ts names them. */
const isEphemeralFolder = (name: string, dir: string): boolean =>
  new RegExp(`^redis-lab-${name}-[0-9a-f]{12}$`).test(path.basename(dir))

/** Whether a folder without a record holds what only a lab leaves: starting another lab there would mix the two. */
function holdsLab(dir: string): boolean {
  const { running, access, users, baseline } = labFiles
  if ([running, access, users, baseline].some((file) => existsSync(file(dir)))) return true
  return readdirSync(dir)
    .filter((name) => /^\d{1,5}$/.test(name))
    .map((port) => path.join(dir, port))
    .some((node) => [nodeFiles.conf, nodeFiles.nodes].some((file) => existsSync(file(node))))
}
