import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { identify, isAlive, signalProcess } from '../../../src/util/process-identity.js'

const children: ChildProcess[] = []
afterEach(async () => {
  for (const child of children.splice(0)) await end(child)
})

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

function start(program: string, ...args: string[]): ChildProcess & { readonly pid: number } {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  if (child.pid === undefined) throw new Error(`${program} cannot be started`)
  children.push(child)
  return child as ChildProcess & { readonly pid: number }
}

const identityOf = (pid: number) => {
  const identity = identify(pid)
  if (!identity) throw new Error(`${pid} does not run`)
  return identity
}

test('this process is somebody, the same each time, and alive', () => {
  expect(identify(process.pid)).toEqual({ pid: process.pid, startTime: expect.stringMatching(/./) as string })
  expect(identify(process.pid)).toEqual(identify(process.pid))
  expect(isAlive(identityOf(process.pid))).toBe(true)
})

test('a pid that was given to another process is not the same process', () => {
  expect(isAlive({ pid: process.pid, startTime: 'another time' })).toBe(false)
})

test('a process that has ended and was collected is nobody', () => {
  const { pid } = spawnSync('true')
  expect(identify(pid)).toBeUndefined()
})

test('a process that has ended and was not collected does not run either', async () => {
  // The shell has become `sleep`, which never asks after the child that it did not start, by the time the child ends.
  const { stdout } = start('sh', '-c', 'sleep 0.3 & echo $!; exec sleep 30')
  const [text] = (await once(stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
  const zombie = Number(text.toString())
  await expect.poll(() => identify(zombie), { timeout: 5000, interval: 5 }).toBeUndefined()
  expect(process.kill(zombie, 0)).toBe(true)
})

test('a signal reaches the process it is meant for', async () => {
  const child = start('sleep', '30')
  expect(signalProcess(identityOf(child.pid), 'SIGTERM')).toBe(true)
  expect(await once(child, 'exit')).toEqual([null, 'SIGTERM'])
})

test('a signal does not reach a stranger with the same pid, nor one that is gone', async () => {
  const child = start('sleep', '30')
  const identity = identityOf(child.pid)
  expect(signalProcess({ ...identity, startTime: 'another time' }, 'SIGKILL')).toBe(false)
  expect(isAlive(identity)).toBe(true)
  await end(child)
  expect(signalProcess(identity, 'SIGKILL')).toBe(false)
})
