/**
 * A lab's folder, when the lab ends for good, or when somebody else deletes it.
 *
 * Only what the lab itself made is deleted, entry by entry: a folder that was chosen with --dir may hold other things.
 */
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  watch,
  writeFileSync,
  type FSWatcher,
} from 'node:fs'
import path from 'node:path'
import { withoutPasswords } from '../node/index.js'
import { labEntry, labFiles, nodeFiles, type Places } from '../paths.js'
import { until } from '../util/until.js'
import type { LabRecord } from './record.js'

/** Failures of which the evidence is kept; older ones make room. */
const mostEvidence = 10

export function deleteLab(places: Places, record: LabRecord): void {
  const { dir } = record
  for (const { port } of record.nodes) rmSync(labFiles.node(dir, port), { recursive: true, force: true })
  const { running, access, users, baseline, heldData, overrides, supervisorLog, createLog } = labFiles
  for (const file of [running, access, users, baseline, heldData, overrides, supervisorLog, createLog])
    rmSync(file(dir), { force: true })
  // Of a lab without TLS a folder of that name is somebody else's.
  if (record.spec.tls) rmSync(labFiles.tls(dir), { recursive: true, force: true })
  // The record goes last: until then the lab can still be found, and deleted again.
  rmSync(labFiles.record(dir), { force: true })
  deleteRemains(places, { dir, name: record.name })
}

/**
 * What is left of a lab that has no record: drafts of records whose writer was killed, the link to its folder, and the folder
 * itself unless something else is in it.
 *
 * @returns whether nothing is left
 */
export function deleteRemains(places: Places, { dir, name }: Pick<LabRecord, 'dir' | 'name'>): boolean {
  for (const draft of draftsIn(dir)) rmSync(draft, { force: true })
  removeIfEmpty(dir)
  removeLinkTo(dir, labEntry(places, name))
  return !existsSync(dir)
}

function draftsIn(dir: string): string[] {
  if (!existsSync(dir)) return []
  const isDraft = /^((lab|run|access|baseline|data|overrides)\.json|users\.acl)\.\d+-[0-9a-f]+\.tmp$/
  return readdirSync(dir)
    .filter((name) => isDraft.test(name))
    .map((name) => path.join(dir, name))
}

/**
 * Calls `onGone` when the lab's record is gone: by its name nobody finds the lab any more, to take it down or for anything
 * else. Replacing the record is no end of it.
 */
export function watchFolder(dir: string, onGone: () => void): void {
  const check = () => {
    if (existsSync(labFiles.record(dir))) return
    watcher.close()
    onGone()
  }
  let watcher: FSWatcher
  try {
    watcher = watch(dir, check)
  } catch {
    // The system has no more watches to give. The lab is then only found to be gone by whoever looks.
    return
  }
  watcher.on('error', check)
  watcher.unref()
}

/**
 * Where somebody else has deleted the lab: the link that led to it leads nowhere, and what its servers wrote while it was
 * deleted stands about. Where there is still anything of value, nothing is touched.
 */
export async function finishDeletion(places: Places, record: LabRecord, patienceMs = 2000): Promise<void> {
  const { dir, nodes } = record
  const ofValue = nodes.flatMap(({ port }) => {
    const node = labFiles.node(dir, port)
    return [nodeFiles.conf(node), path.join(node, 'appendonlydir')]
  })
  if (existsSync(labFiles.record(dir))) return
  const gone = () => ![labFiles.record(dir), ...ofValue].some((file) => existsSync(file)) || undefined
  // Whoever deletes it may still be at it.
  if (await until(gone, { deadline: Date.now() + patienceMs, pollMs: 10 })) deleteLab(places, record)
}

/**
 * Copies logs and configurations to where they outlive the lab; with `data` the lab's whole folder, which its servers may still
 * be writing to. Passwords are left out of it: it is made to be looked at, and shown. @returns that folder
 */
export function keepEvidence(places: Places, record: LabRecord, { data = false } = {}): string {
  const failed = path.join(places.state, 'failed')
  const kept = path.join(failed, `${new Date().toISOString().replaceAll(/[:.]/g, '-')}-${record.name}`)
  try {
    copyFiles(data ? filesIn(record.dir) : evidenceOf(record), { from: record.dir, to: kept })
  } catch (error) {
    // Half of it would be taken for all of it.
    rmSync(kept, { recursive: true, force: true })
    throw error
  }
  for (const old of readdirSync(failed).sort().slice(0, -mostEvidence)) {
    rmSync(path.join(failed, old), { recursive: true, force: true })
  }
  return kept
}

function copyFiles(files: readonly string[], { from, to }: { from: string; to: string }): void {
  mkdirSync(to, { recursive: true })
  for (const file of files.filter((file) => !isSecret(file))) {
    const target = path.join(to, path.relative(from, file))
    mkdirSync(path.dirname(target), { recursive: true })
    copyIfThere(file, target)
  }
}

function evidenceOf({ dir, nodes }: LabRecord): string[] {
  const ofNodes = nodes.flatMap(({ port }) => {
    const node = labFiles.node(dir, port)
    return [nodeFiles.conf(node), nodeFiles.log(node), nodeFiles.nodes(node)]
  })
  return [labFiles.supervisorLog(dir), labFiles.createLog(dir), ...ofNodes]
}

const filesIn = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(dir, name))
    .filter((file) => lstatSync(file, { throwIfNoEntry: false })?.isFile())

/** What it takes to be let in, and users with what their passwords can be guessed from; drafts of either too. */
const isSecret = (file: string): boolean =>
  /^(access\.json|users\.acl|baseline\.json|node\.key|client\.key)(\.|$)/.test(path.basename(file))
const isConf = (file: string): boolean => /^redis\.conf(\.|$)/.test(path.basename(file))

/** What a server writes may be renamed in the moment in which it is copied. */
function copyIfThere(file: string, target: string): void {
  try {
    if (isConf(file)) writeFileSync(target, withoutPasswords(readFileSync(file, 'utf8')))
    else copyFileSync(file, target)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

function removeIfEmpty(dir: string): void {
  try {
    rmdirSync(dir)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOENT') throw error
  }
}

/** The entry below REDIS_LAB_STATE is a link where the folder is somewhere else; a link to another folder is another lab's. */
function removeLinkTo(dir: string, entry: string): void {
  if (!lstatSync(entry, { throwIfNoEntry: false })?.isSymbolicLink()) return
  // A link that was made by hand may be relative.
  if (path.resolve(path.dirname(entry), readlinkSync(entry)) === path.resolve(dir)) rmSync(entry)
}
