import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import {
  fateOf,
  identify,
  isAlive,
  isGone,
  judge,
  signalProcess,
  type Fate,
} from '../../../src/util/process-identity.js'
import type { Look } from '../../../src/util/process-look.js'
import { ownPlace, placeText, type Place } from '../../../src/util/process-place.js'

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
  const some = expect.stringMatching(/./) as string
  expect(identify(process.pid)).toEqual({ pid: process.pid, startTime: some, place: some })
  expect(identify(process.pid)).toEqual(identify(process.pid))
  expect(isAlive(identityOf(process.pid))).toBe(true)
})

test('a pid that was given to another process is not the same process', () => {
  const stranger = { ...identityOf(process.pid), startTime: 'another time' }
  expect(isAlive(stranger)).toBe(false)
  expect(isGone(stranger)).toBe(true)
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

const place = (): Place => {
  const own = ownPlace()
  if (!own) throw new Error('this process does not know its place')
  return own
}
const seen = (start: string, state = 'S'): Look => ({ kind: 'seen', start, state })

test.each<[Fate, string, Look]>([
  ['alive', 'is seen with its start time', seen('1')],
  ['gone', 'is seen with another start time', seen('2')],
  ['gone', 'has ended and was not collected', seen('1', 'Z')],
  ['gone', 'is not there', { kind: 'none' }],
  ['unknown', 'is hidden', { kind: 'hidden' }],
])('%s is a process of this place that %s', (fate, _, look) => {
  const here = { ...place(), system: 'linux', boot: '22466170-fa1c-40ce-9009-bba1a287485e' }
  const identity = { pid: 7, startTime: `${here.boot}:1`, place: placeText(here) }
  expect(judge(identity, here, () => look)).toBe(fate)
})

test('a process of another place is not looked up by its pid, which another process may have here', () => {
  const own = identityOf(process.pid)
  const elsewhere = { ...own, place: placeText({ ...place(), namespace: '1' }) }
  expect(judge(elsewhere, place(), () => expect.fail('looked'))).toBe('unknown')
  expect(judge(own, undefined, () => expect.fail('looked'))).toBe('unknown')
  expect({ alive: isAlive(elsewhere), gone: isGone(elsewhere) }).toEqual({ alive: false, gone: false })
})

test('a process of another place is not signalled', async () => {
  const child = start('sleep', '30')
  const identity = { ...identityOf(child.pid), place: placeText({ ...place(), namespace: '1' }) }
  expect(signalProcess(identity, 'SIGKILL')).toBe(false)
  expect(fateOf(identityOf(child.pid))).toBe('alive')
})
