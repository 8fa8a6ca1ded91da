/** A snapshot appears whole or not at all: it is made in a folder beside its place, and moved there when it is finished. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import path from 'node:path'
import { LabError } from '../../errors.js'
import { disownFolder, makeOwnedFolder, removeFolder, sweepAbandoned } from '../../util/owned-folder.js'

const suffix = '.draft'
export const isDraft = (name: string): boolean => name.startsWith('.') && name.endsWith(suffix)

export interface Place {
  readonly dir: string
  /** What stands there makes room. */
  readonly replace: boolean
}

/**
 * @param work fills the folder that it is given
 * @throws LabError `snapshot-exists`, before `work` is begun or, where somebody else was quicker, after it · whatever `work` throws
 */
export async function makeWhole({ dir, replace }: Place, work: (draft: string) => Promise<void>): Promise<void> {
  if (!replace) requireRoom(dir)
  const parent = path.dirname(dir)
  mkdirSync(parent, { recursive: true })
  await sweepAbandoned(parent, isDraft)
  const draft = draftOf(dir)
  try {
    makeOwnedFolder(draft)
    await work(draft)
    disownFolder(draft)
    await place(draft, { dir, replace })
  } finally {
    await removeFolder(draft)
  }
}

const draftOf = (dir: string): string =>
  path.join(path.dirname(dir), `.${path.basename(dir)}.${randomBytes(6).toString('hex')}${suffix}`)

async function place(draft: string, { dir, replace }: Place): Promise<void> {
  const former = draftOf(dir)
  if (replace && isFilled(dir)) renameSync(dir, former)
  try {
    renameSync(draft, dir)
  } catch (error) {
    if (existsSync(former)) renameSync(former, dir)
    const { code } = error as NodeJS.ErrnoException
    throw code === 'ENOTEMPTY' || code === 'EEXIST' ? taken(dir) : error
  }
  await removeFolder(former)
}

/** An empty folder, as mkdtemp makes them, is room. */
function requireRoom(dir: string): void {
  if (isFilled(dir)) throw taken(dir)
}

const isFilled = (dir: string): boolean => existsSync(dir) && readdirSync(dir).length > 0

const taken = (dir: string): LabError =>
  new LabError({
    code: 'snapshot-exists',
    message: `there is something in ${dir} already`,
    hint: 'Choose another name, delete it (redis-lab snapshot rm), or replace it with --force.',
  })
