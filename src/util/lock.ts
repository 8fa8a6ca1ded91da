/**
 * A lock that is a file, held by a process and not by a promise to delete it.
 *
 * DESIGN. The file says who holds it: {pid, startTime, place, command}, and a nonce, so that no two claims are ever equal. It is
 * written elsewhere and then linked into place: there is one winner, and nobody ever reads half of it. A holder that is dead,
 * by identity and not by pid alone, does not count. A holder that cannot be judged, such as one in another container, keeps the lock.
 *
 * A claim is removed by its owner; a dead owner's claim by whoever holds the guard, a second lock named after exactly that
 * claim. Without the guard, one that saw the dead claim a moment ago could remove the lock of the one that took over first.
 */
import { createHash, randomBytes } from 'node:crypto'
import { linkSync, lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { LabError } from '../errors.js'
import { makeDir } from './files.js'
import { fateOf, ownIdentity, reasonUnknown, type ProcessIdentity } from './process-identity.js'
import type { Swept } from './swept.js'

export interface LockHolder extends ProcessIdentity {
  /** What it is doing, in words that a waiting person understands. */
  readonly command: string
  /** Whether it lives is unknown: why, and how to clear the lock by hand, as a clause. Never part of a claim. */
  readonly unjudged?: string
}

export interface LockOptions {
  readonly command: string
  /** Called once for each holder that has to be waited for: one that lives, or cannot be judged. */
  readonly onWait?: (holder: LockHolder) => void
  readonly signal?: AbortSignal | undefined
}

const pollMs = 100

/** How long a holder that cannot be judged is waited for when the caller reports no waiting. */
const silentWaitMs = 10_000

/**
 * Runs `run` while holding the lock `file`; waits as long as it has a holder that is not known to be dead. Two calls in one
 * process exclude each other as well.
 *
 * @throws LabError `interrupted` when `signal` is aborted while waiting; `lab-busy` without `onWait` when the holder cannot be
 *   judged and keeps the lock; `storage` when something that is no lock stands in its place; whatever `run` throws
 */
export async function withLock<Result>(
  file: string,
  options: LockOptions,
  run: () => Promise<Result>,
): Promise<Result> {
  const { command, onWait, signal } = options
  makeDir(path.dirname(file))
  const claim = JSON.stringify({ ...ownIdentity(), command, nonce: nonce() })
  let told: string | undefined
  const deadline = Date.now() + silentWaitMs
  for (;;) {
    if (signal?.aborted)
      throw new LabError({ code: 'interrupted', message: 'interrupted while waiting for another redis-lab' })
    const holder = take(file, claim)
    if (!holder) break
    const who = `${holder.pid} ${holder.startTime}`
    if (told !== who) onWait?.(holder)
    told = who
    if (!onWait && holder.unjudged !== undefined && Date.now() >= deadline) throw heldElsewhere(holder)
    // An abort ends the sleep early; the loop then sees it.
    await sleep(pollMs, undefined, { ...(signal && { signal }) }).catch(() => {})
  }
  // The nonce makes this claim different from every other, this process's own included.
  const release = () => {
    if (readText(file) === claim) rmSync(file, { force: true })
  }
  // process.exit() in the middle of the work leaves no time for anything else.
  process.once('exit', release)
  try {
    return await run()
  } finally {
    process.off('exit', release)
    release()
  }
}

/** A lock whose holder cannot be judged: it is not broken. */
export function heldElsewhere({ pid, command, unjudged }: LockHolder): LabError {
  return new LabError({
    code: 'lab-busy',
    message: `process ${pid} (${command}) holds the lock, and whether it lives is unknown`,
    hint: 'Run the command where that process was started, or again when it has ended.',
    details: unjudged === undefined ? [] : [unjudged],
  })
}

/** The process that holds the lock now; undefined without a holder, or when it is dead. */
export function lockHolder(file: string): LockHolder | undefined {
  const text = readText(file)
  return text === undefined ? undefined : holderIn(text, file)
}

/** The same, but for this process. */
export function otherLockHolder(file: string): LockHolder | undefined {
  const holder = lockHolder(file)
  const isThisProcess = holder?.unjudged === undefined && holder?.pid === process.pid
  return isThisProcess ? undefined : holder
}

/**
 * Takes all of these locks for a process, this one or another, or none of them. They are held until releaseLocks(), or until
 * that process has ended.
 *
 * @param files in one folder, which exists
 * @returns undefined when they are taken; otherwise who holds the first that could not be had
 */
export function takeLocks(
  files: readonly string[],
  holder: LockHolder,
): { file: string; holder: LockHolder } | undefined {
  const claim = JSON.stringify(holder)
  const [first] = files
  if (first === undefined) return undefined
  return withDraft(first, claim, (draft) => {
    const taken: string[] = []
    for (const file of files) {
      const other = takeWith(draft, file, claim)
      if (other) {
        for (const mine of taken) rmSync(mine, { force: true })
        return { file, holder: other }
      }
      taken.push(file)
    }
    return undefined
  })
}

/** Lets go of those that this holder has; what somebody else has taken since stays. */
export function releaseLocks(files: readonly string[], holder: LockHolder): void {
  const claim = JSON.stringify(holder)
  for (const file of files) if (readText(file) === claim) rmSync(file, { force: true })
}

/** Removes the lock when its holder is dead. @returns whether it did */
export function clearDeadLock(file: string): boolean {
  const text = readText(file)
  if (text === undefined || holderIn(text, file)) return false
  return removeDead(file, text, JSON.stringify({ ...ownIdentity(), command: 'clearing', nonce: nonce() })) === undefined
}

/** Removes those of a folder's locks that `isOne` names and whose holder is dead. A missing folder holds none. */
export function clearDeadLocks(dir: string, isOne: (name: string) => boolean = () => true): Swept {
  const files = namesIn(dir)
    .filter(isOne)
    .map((name) => path.join(dir, name))
  const cleared = files.filter(clearDeadLock).length
  return { cleared, unjudged: unjudgedAmong(dir, files) }
}

/** A sentence for each holder: a lab has a claim for each of its ports. */
function unjudgedAmong(dir: string, files: readonly string[]): string[] {
  const held = new Map<string, { readonly holder: LockHolder; readonly names: string[] }>()
  for (const file of files) {
    const holder = lockHolder(file)
    if (holder?.unjudged === undefined) continue
    const key = `${holder.pid} ${holder.startTime}`
    const known = held.get(key) ?? { holder, names: [] }
    known.names.push(path.basename(file))
    held.set(key, known)
  }
  return [...held.values()].map(({ holder, names }) => {
    const { pid, command } = holder
    const reason = reasonUnknown(holder).text
    return `process ${pid} (${command}) holds ${names.join(', ')} in ${dir}, and whether it lives is unknown: ${reason}; if it is gone, delete them`
  })
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir)
  } catch {
    return []
  }
}

/** Undefined when the lock is ours; otherwise the holder to wait for. */
const take = (file: string, claim: string): LockHolder | undefined =>
  withDraft(file, claim, (draft) => takeWith(draft, file, claim))

function takeWith(draft: string, file: string, claim: string): LockHolder | undefined {
  for (;;) {
    if (linkInto(draft, file)) return undefined
    const found = readText(file)
    if (found === undefined) {
      requireNoObstacle(file)
      continue
    }
    const holder = holderIn(found, file) ?? removeDead(file, found, claim)
    if (holder) return holder
  }
}

function withDraft<Result>(file: string, claim: string, use: (draft: string) => Result): Result {
  const draft = `${file}.${randomBytes(6).toString('hex')}.tmp`
  try {
    writeFileSync(draft, claim, { flag: 'wx' })
    return use(draft)
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Removes the claim of a dead holder; returns somebody alive who is doing that already. */
function removeDead(file: string, dead: string, claim: string): LockHolder | undefined {
  const guard = `${file}.${createHash('sha256').update(dead).digest('hex').slice(0, 12)}`
  const holder = take(guard, claim)
  if (holder) return holder
  if (readText(file) === dead) rmSync(file, { force: true })
  rmSync(guard, { force: true })
  return undefined
}

function linkInto(draft: string, file: string): boolean {
  try {
    linkSync(draft, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** What can neither be made nor read would be tried for ever: a folder, a link to nowhere, a file that is not ours to read. */
function requireNoObstacle(file: string): void {
  const found = lstatSync(file, { throwIfNoEntry: false })
  if (!found || (found.isFile() && isReadableOrGone(file))) return
  throw new LabError({
    code: 'storage',
    message: `what stands at ${file} is not a lock that can be read`,
    hint: 'Nothing can be done while it is there: remove it.',
  })
}

function isReadableOrGone(file: string): boolean {
  try {
    readFileSync(file)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}

/** The holder that a claim names, unless it is dead. */
function holderIn(text: string, file: string): LockHolder | undefined {
  const claimed = parseClaim(text)
  const fate = claimed && fateOf(claimed)
  if (!claimed || fate === 'gone') return undefined
  if (fate === 'alive') return claimed
  return { ...claimed, unjudged: `${reasonUnknown(claimed).text}; if it is gone, delete ${file}` }
}

/** Undefined for what is not a claim: it has no holder. */
function parseClaim(text: string): LockHolder | undefined {
  try {
    const { pid, startTime, place, command } = JSON.parse(text) as Partial<LockHolder>
    if (typeof pid !== 'number' || typeof startTime !== 'string') return undefined
    const work = typeof command === 'string' ? command : 'something that it does not name'
    return { pid, startTime, ...(typeof place === 'string' && { place }), command: work }
  } catch {
    return undefined
  }
}

const nonce = (): string => randomBytes(8).toString('hex')

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
