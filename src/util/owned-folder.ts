/** Folders that are being filled: each names the process that fills it, so that one left by a dead process is recognized. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { fateOf, ownIdentity, reasonUnknown, type ProcessIdentity } from './process-identity.js'
import type { Swept } from './swept.js'

/** A folder without an owner file is either just being made or was left in that very moment. */
const ownerlessMs = 60_000

const ownerFile = (dir: string): string => path.join(dir, 'owner.json')

/** @throws NodeJS.ErrnoException, LabError `storage` when this process cannot be identified */
export function makeOwnedFolder(dir: string): void {
  const owner = JSON.stringify(ownIdentity())
  mkdirSync(dir, { mode: 0o700 })
  writeFileSync(ownerFile(dir), owner)
}

/** What is in it is all that it was made for: from here on it is nobody's in particular. */
export const disownFolder = (dir: string): void => rmSync(ownerFile(dir), { force: true })

/** Removes those of `parent`'s folders that `isOne` names and whose owner is dead. */
export async function sweepAbandoned(parent: string, isOne: (name: string) => boolean): Promise<Swept> {
  const states = readdirSync(parent)
    .filter(isOne)
    .map((name) => path.join(parent, name))
    .map((dir) => ({ dir, state: stateOf(dir) }))
  const abandoned = states.filter(({ state }) => state === 'abandoned')
  await Promise.all(abandoned.map(({ dir }) => removeFolder(dir)))
  return {
    cleared: abandoned.length,
    unjudged: states.flatMap(({ state }) => (typeof state === 'object' ? [state.unjudged] : [])),
  }
}

/** Tried again a few times: a process that was just ended can still be writing its last file. */
export async function removeFolder(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
}

function stateOf(dir: string): 'in-use' | 'abandoned' | { readonly unjudged: string } {
  const owner = readOwner(dir)
  if (owner === 'unreadable') return { unjudged: `${dir}: its owner.json cannot be read` }
  if (owner === 'none') {
    const found = statSync(dir, { throwIfNoEntry: false })
    return found !== undefined && Date.now() - found.mtimeMs > ownerlessMs ? 'abandoned' : 'in-use'
  }
  const fate = fateOf(owner)
  if (fate === 'unknown')
    return {
      unjudged: `${dir}: whether process ${owner.pid}, which fills it, lives is unknown: ${reasonUnknown(owner).text}; if it is gone, delete that folder`,
    }
  return fate === 'gone' ? 'abandoned' : 'in-use'
}

function readOwner(dir: string): ProcessIdentity | 'none' | 'unreadable' {
  let text: string
  try {
    text = readFileSync(ownerFile(dir), 'utf8')
  } catch (error) {
    // One that another user may not read has an owner all the same.
    return ['ENOENT', 'ENOTDIR'].includes(String((error as NodeJS.ErrnoException).code)) ? 'none' : 'unreadable'
  }
  try {
    const owner = JSON.parse(text) as Partial<ProcessIdentity> | null
    if (typeof owner?.pid === 'number' && typeof owner.startTime === 'string') return owner as ProcessIdentity
  } catch {
    // A power failure may have left half of it.
  }
  return 'none'
}
