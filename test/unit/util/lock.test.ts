import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { expect, onTestFinished, test, vi } from 'vitest'
import { deferred } from '../../../src/util/deferred.js'
import { clearDeadLock, clearDeadLocks, lockHolder, withLock } from '../../../src/util/lock.js'
import { identify } from '../../../src/util/process-identity.js'
import { inAnotherNamespace, thrownBy, useTempDir } from '../support.js'

const temp = useTempDir()
const file = () => temp('locks', 'one')
const command = 'redis-lab up'

test('it is held while the work runs, and leaves nothing', async () => {
  const result = await withLock(file(), { command }, async () => {
    expect(lockHolder(file())).toEqual({ ...identify(process.pid), command })
    return 42
  })
  expect(result).toBe(42)
  expect(lockHolder(file())).toBeUndefined()
  expect(readdirSync(temp('locks'))).toEqual([])
})

test('it is let go when the work fails, and the failure comes through', async () => {
  await expect(withLock(file(), { command }, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(readdirSync(temp('locks'))).toEqual([])
})

test('two calls in one process exclude each other; the second is told once whom it waits for', async () => {
  const order: string[] = []
  const first = deferred<void>()
  const held = deferred<void>()
  const one = withLock(file(), { command: 'the first' }, async () => {
    held.resolve()
    await first.promise
    order.push('one')
  })
  await held.promise
  const waitedFor: string[] = []
  const onWait = (holder: { command: string }) => {
    waitedFor.push(holder.command)
    first.resolve()
  }
  await Promise.all([one, withLock(file(), { command, onWait }, async () => void order.push('two'))])
  expect(order).toEqual(['one', 'two'])
  expect(waitedFor).toEqual(['the first'])
})

test('of many at once only one is inside at any moment', async () => {
  let inside = 0
  let most = 0
  const work = async () => {
    most = Math.max(most, ++inside)
    await Promise.resolve()
    inside--
  }
  await Promise.all([1, 2, 3, 4].map(() => withLock(file(), { command }, work)))
  expect(most).toBe(1)
})

const deadPid = () => spawnSync('true').pid

test.each<[string, () => string]>([
  ['has died', () => JSON.stringify({ pid: deadPid(), startTime: 'x', command, nonce: '1' })],
  ['has a pid that is somebody else now', () => JSON.stringify({ pid: process.pid, startTime: 'x', command })],
  ['is nobody: the file says nothing', () => ''],
  ['is nobody: the file is no claim', () => '{"pid":"one"}'],
])('it is taken over when its holder %s', async (_, claim) => {
  await withLock(file(), { command }, async () => {})
  writeFileSync(file(), claim())
  expect(lockHolder(file())).toBeUndefined()
  await withLock(file(), { command, onWait: () => expect.fail('there is nobody to wait for') }, async () => {
    expect(lockHolder(file())?.pid).toBe(process.pid)
  })
  expect(readdirSync(temp('locks'))).toEqual([])
})

test('whoever lost the lock does not take it from the one that has it now, be it the same process', async () => {
  const first = deferred<void>()
  const second = deferred<void>()
  const secondHas = deferred<void>()
  const one = withLock(file(), { command }, () => first.promise)
  // Somebody removed the file of the first by hand.
  rmSync(file())
  const two = withLock(file(), { command }, async () => {
    secondHas.resolve()
    await second.promise
  })
  await secondHas.promise
  first.resolve()
  await one
  expect(lockHolder(file())?.pid).toBe(process.pid)
  second.resolve()
  await two
  expect(readdirSync(temp('locks'))).toEqual([])
})

test('an abort ends the waiting, leaves the lock to its holder, and the work is not begun', async () => {
  const controller = new AbortController()
  await withLock(file(), { command }, async () => {
    const waiting = withLock(file(), { command, signal: controller.signal, onWait: () => controller.abort() }, () =>
      expect.fail('begun'),
    )
    expect(await thrownBy(() => waiting)).toMatchObject({ code: 'interrupted' })
    expect(existsSync(file())).toBe(true)
    expect(readdirSync(temp('locks'))).toEqual(['one'])
  })
})

/** A claim of another container: whether its holder lives is unknown here. */
function claimFromElsewhere(): string {
  const claim = JSON.stringify({ ...identify(process.pid), place: inAnotherNamespace(), command: 'far', nonce: '1' })
  mkdirSync(temp('locks'))
  writeFileSync(file(), claim)
  return claim
}

test('a holder of another pid namespace keeps the lock, and is reported with the way out', async () => {
  const claim = claimFromElsewhere()
  expect(lockHolder(file())).toMatchObject({ command: 'far', unjudged: expect.stringContaining(file()) as string })
  expect(clearDeadLock(file())).toBe(false)
  expect(clearDeadLocks(temp('locks'))).toMatchObject({ cleared: 0, unjudged: [expect.stringContaining('(far)')] })
  const controller = new AbortController()
  const told: (string | undefined)[] = []
  const onWait = ({ unjudged }: { unjudged?: string }) => {
    told.push(unjudged)
    controller.abort()
  }
  const waiting = () =>
    withLock(file(), { command, onWait, signal: controller.signal }, () => expect.fail('the lock was broken'))
  expect(await thrownBy(waiting)).toMatchObject({ code: 'interrupted' })
  expect(told).toEqual([expect.stringMatching(/another container or pid namespace .*; if it is gone, delete .*one$/)])
  expect(readFileSync(file(), 'utf8')).toBe(claim)
})

test('without onWait, a holder that cannot be judged ends the wait with an error', async () => {
  claimFromElsewhere()
  const waiting = withLock(file(), { command }, () => expect.fail('the lock was broken'))
  const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000)
  onTestFinished(() => clock.mockRestore())
  expect(await thrownBy(() => waiting)).toMatchObject({
    code: 'lab-busy',
    message: `process ${process.pid} (far) holds the lock, and whether it lives is unknown`,
  })
})
