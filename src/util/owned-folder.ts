/** Folders that are being filled: they name whoever fills them, so that those of the dead can be told from the others. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'
import { identify, isAlive, type ProcessIdentity } from './process-identity.js'

/** A folder without an owner file is either just being made or was left in that very moment. */
const ownerlessMs = 60_000

const ownerFile = (dir: string): string => path.join(dir, 'owner.json')

/** @throws NodeJS.ErrnoException */
export function makeOwnedFolder(dir: string): void {
  mkdirSync(dir, { mode: 0o700 })
  writeFileSync(ownerFile(dir), JSON.stringify(identify(process.pid)))
}

/** What is in it is all that it was made for: from here on it is nobody's in particular. */
export const disownFolder = (dir: string): void => rmSync(ownerFile(dir), { force: true })

/** Removes those of `parent`'s folders that `isOne` names and whose owner is dead. @returns how many that were */
export async function sweepAbandoned(parent: string, isOne: (name: string) => boolean): Promise<number> {
  const abandoned = readdirSync(parent)
    .filter(isOne)
    .map((name) => path.join(parent, name))
    .filter(isAbandoned)
  await Promise.all(abandoned.map(removeFolder))
  return abandoned.length
}

/** Tried again a few times: a process that was just ended can still be writing its last file. */
export async function removeFolder(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
}

function isAbandoned(dir: string): boolean {
  try {
    const owner = JSON.parse(readFileSync(ownerFile(dir), 'utf8')) as ProcessIdentity
    return !isAlive(owner)
  } catch {
    const found = statSync(dir, { throwIfNoEntry: false })
    return found !== undefined && Date.now() - found.mtimeMs > ownerlessMs
  }
}
