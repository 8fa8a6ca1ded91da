/** Files that appear whole or not at all, and folders that belong to one user alone. */
import { randomBytes } from 'node:crypto'
import { constants, existsSync, linkSync, lstatSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { copyFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { types } from 'node:util'
import process from 'node:process'
import { LabError } from '../errors.js'

/** Writes beside the target and renames over it, so that a reader sees the old text or the new one and never a part. */
export function writeWhole(file: string, text: string, mode = 0o644): void {
  withDraft(file, text, mode, (draft) => renameSync(draft, file))
}

/** The same for a file that must not be there yet. @throws NodeJS.ErrnoException EEXIST */
export function writeNew(file: string, text: string): void {
  withDraft(file, text, 0o644, (draft) => {
    linkSync(draft, file)
    rmSync(draft)
  })
}

function withDraft(file: string, text: string, mode: number, place: (draft: string) => void): void {
  const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`
  try {
    writeFileSync(draft, text, { mode, flag: 'wx' })
    place(draft)
  } catch (error) {
    rmSync(draft, { force: true })
    throw named(error, file)
  }
}

/** Of a write that failed, unlike an open, the system's error does not say which file it was. */
function named(error: unknown, file: string): unknown {
  if (!types.isNativeError(error) || 'path' in error) return error
  error.message += ` '${file}'`
  return Object.assign(error, { path: file })
}

/**
 * Makes a folder and those above it that are missing.
 *
 * @returns the topmost folder that was made; undefined when all were there
 * @throws NodeJS.ErrnoException with the true reason: a recursive mkdir on a read-only disk says ENOENT
 */
export function makeDir(dir: string): string | undefined {
  try {
    return mkdirSync(dir, { recursive: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') mkdirSync(topmostMissing(dir))
    throw error
  }
}

function topmostMissing(dir: string): string {
  const parent = path.dirname(dir)
  return parent === dir || existsSync(parent) ? dir : topmostMissing(parent)
}

/**
 * A folder that nobody else may enter. In a place that others can write to, anybody could have made it first.
 *
 * @throws LabError `supervisor-failed` when it is not this user's alone
 */
export function makePrivateDir(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const stat = lstatSync(dir)
  if (stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0) return
  throw new LabError({
    code: 'supervisor-failed',
    message: `${dir} is not a folder that belongs to this user alone`,
    hint: 'Control sockets live there. Remove it, or make it yours with mode 0700.',
  })
}

/** Shares the blocks where the file system can, and moves the file where it may be moved. The target must not be there. */
export async function copyWhole(file: string, target: string, { move = false } = {}): Promise<void> {
  if (move) {
    try {
      return await rename(file, target)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
    }
  }
  await copyFile(file, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL)
  if (move) await rm(file)
}
