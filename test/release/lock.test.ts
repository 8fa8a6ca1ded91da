import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { lockHolder, withLock, type LockHolder } from '../../src/util/lock.js'
import { identify } from '../../src/util/process-identity.js'
import { bundled, eventually, tempDir } from './support.js'

const lockIn = (dir: string) => path.join(dir, 'locks', 'a.lock')

test('only one holds a lock at a time, and each waiter is told once whom it waits for', async () => {
  const file = lockIn(tempDir())
  const told: LockHolder[] = []
  let inside = 0
  const work = async (name: string) =>
    withLock(file, { command: name, onWait: (holder) => told.push(holder) }, async () => {
      expect(++inside).toBe(1)
      await new Promise((done) => setTimeout(done, 150))
      inside--
      return name
    })
  expect(await Promise.all([work('a'), work('b')])).toEqual(['a', 'b'])
  expect(told).toMatchObject([{ pid: process.pid, command: 'a' }])
  expect(readdirSync(path.dirname(file))).toEqual([])
})

test('a lock is given back when the work fails', async () => {
  const file = lockIn(tempDir())
  const failing = withLock(file, { command: 'a' }, () => Promise.reject(new Error('no')))
  await expect(failing).rejects.toThrow('no')
  expect(lockHolder(file)).toBeUndefined()
  await withLock(file, { command: 'b' }, () => Promise.resolve())
})

test('the lock of a dead process, a reused pid and half a file are taken over at once', async () => {
  const file = lockIn(tempDir())
  await withLock(file, { command: 'makes the folder' }, () => Promise.resolve())
  const pid = Number(execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }))
  const stale = [
    { pid, startTime: 'x', command: 'dead' },
    { pid: process.pid, startTime: 'another time', command: 'reused' },
  ]
  for (const text of [...stale.map((holder) => JSON.stringify(holder)), '{"pid": 1', '']) {
    writeFileSync(file, text)
    const onWait = () => expect.unreachable('nobody alive holds it')
    await withLock(file, { command: 'taken over', onWait }, () => {
      expect(lockHolder(file)).toMatchObject({ pid: process.pid, command: 'taken over' })
      return Promise.resolve()
    })
    expect(readdirSync(path.dirname(file))).toEqual([])
  }
})

test('an abort ends the waiting and leaves the lock with its holder', async () => {
  const file = lockIn(tempDir())
  const controller = new AbortController()
  await withLock(file, { command: 'holder' }, async () => {
    const options = { command: 'waiter', signal: controller.signal, onWait: () => controller.abort() }
    await expect(withLock(file, options, () => Promise.resolve())).rejects.toMatchObject({ code: 'interrupted' })
    expect(lockHolder(file)).toMatchObject({ command: 'holder' })
  })
})

test('a lock that somebody replaced is not removed by the one who lost it', async () => {
  const file = lockIn(tempDir())
  const other = JSON.stringify({ ...identify(process.pid), command: 'other' })
  await withLock(file, { command: 'loser' }, () => Promise.resolve(writeFileSync(file, other)))
  expect(readFileSync(file, 'utf8')).toBe(other)
})

test('of many processes that find the lock of a dead one, one at a time gets it', async () => {
  const dir = tempDir()
  const file = lockIn(dir)
  await withLock(file, { command: 'makes the folder' }, () => Promise.resolve())
  writeFileSync(file, JSON.stringify({ pid: process.pid, startTime: 'long ago', command: 'dead' }))
  const module = await bundled('src/util/lock.ts')
  // Each makes a file that must not be there yet, and takes it away again.
  const script = `
    import { withLock } from ${JSON.stringify(module)}
    import { rmSync, writeFileSync } from 'node:fs'
    for (let i = 0; i < 20; i++) await withLock(${JSON.stringify(file)}, { command: 'x' }, async () => {
      writeFileSync(${JSON.stringify(path.join(dir, 'inside'))}, '', { flag: 'wx' })
      await new Promise(setImmediate)
      rmSync(${JSON.stringify(path.join(dir, 'inside'))})
    })`
  const codes = Array.from({ length: 4 }, () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    return new Promise((done) => child.on('exit', done))
  })
  expect(await Promise.all(codes)).toEqual([0, 0, 0, 0])
  await eventually(() => !existsSync(file), 'the lock is free')
}, 60_000)
