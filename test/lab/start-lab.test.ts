/** startLab and connectLab, imported by the name of the package. */
import { existsSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { connectLab, LabError, startLab, type Lab, type LabEvent, type LabOptions } from 'redis-lab'
import { expect, test } from 'vitest'
import { ask, directive } from '../support/ask.js'
import { isRunning, pidsOf, small, supervisorOf } from '../support/lab.js'
import { useLibraryEnvironment } from '../support/library.js'
import { labsIn, useScratch } from '../support/scratch.js'

const scratch = useScratch()
useLibraryEnvironment(scratch)

test('startLab() resolves with a lab on free ports in a temporary folder, and stop() ends it, folder included', async () => {
  const events: LabEvent[] = []
  const lab = await startLab({ replicas: 0, set: ['maxmemory 64mb'], onEvent: (event) => events.push(event) })
  expect(lab.dir.startsWith(os.tmpdir())).toBe(true)
  expect(lab.nodes.map(({ name, role }) => `${name} ${role}`)).toEqual(['m1 master', 'm2 master', 'm3 master'])
  expect(lab.urls).toEqual(lab.nodes.map(({ port }) => `redis://127.0.0.1:${port}`))
  expect(lab.rootNodes).toEqual(lab.nodes.map(({ url, host, port }) => ({ url, host, port })))
  for (const { port } of lab.nodes) expect(await directive(port, 'maxmemory')).toBe('67108864')
  expect(events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['release-ready', 'lab-starting', 'node-listening', 'lab-ready']),
  )

  const status = await lab.status()
  expect(status).toMatchObject({ name: lab.name, state: 'running', ephemeral: true, ready: { level: 'full' } })
  expect(status.nodes.map(({ id }) => id)).toEqual(lab.nodes.map(({ id }) => id))

  await lab.stop()
  expect(pidsOf(status).filter(isRunning)).toEqual([])
  expect(existsSync(lab.dir)).toBe(false)
  expect(labsIn(scratch.places)).toEqual([])
  expect(events.at(-1)).toMatchObject({ type: 'lab-stopped' })

  await lab.stop()
  await expect(lab.status()).rejects.toMatchObject({
    code: 'lab-not-found',
    message: `the lab "${lab.name}" is stopped: lab.stop() was called`,
  })
})

test('`await using` takes the lab down at the end of its block, also when the block throws', async () => {
  let seen: Lab | undefined
  const block = async () => {
    await using lab = await startLab({ replicas: 0 })
    seen = lab
    throw new Error('the test in the block failed')
  }
  await expect(block()).rejects.toThrow('the test in the block failed')
  expect(seen && existsSync(seen.dir)).toBe(false)
  expect(scratch.processes()).toEqual([])
})

test('labs that are started at once share nothing', async () => {
  const [one, other] = await Promise.all([startLab({ replicas: 0 }), startLab({ replicas: 0 })])
  expect(one.name).not.toBe(other.name)
  expect(one.dir).not.toBe(other.dir)
  expect(new Set([...one.urls, ...other.urls]).size).toBe(6)
  await expect(startLab({ replicas: 0, name: other.name })).rejects.toMatchObject({ code: 'lab-busy' })
  await one.stop()
  expect(await other.status()).toMatchObject({ state: 'running', ready: { level: 'full' } })
  await other.stop()
})

test('stop() also ends what a supervisor that was killed has left behind', async () => {
  const lab = await startLab({ replicas: 0 })
  const status = await lab.status()
  process.kill(supervisorOf(status).pid, 'SIGKILL')
  await lab.stop()
  expect(pidsOf(status).filter(isRunning)).toEqual([])
  expect(existsSync(lab.dir)).toBe(false)
  expect(existsSync(supervisorOf(status).socket)).toBe(false)
})

const bad: [options: LabOptions, sentence: RegExp][] = [
  [{ masters: 0 }, /^--masters takes a whole number from 1 to 1000, not 0$/],
  [{ masters: 2, creator: 'redis-cli' }, /needs at least 3 masters/],
  [{ set: ['port 1'] }, /belongs to the lab/],
  [{ port: 60_000 }, /^--port takes /],
  [{ colour: 'red' } as LabOptions, /^there is no option "colour"$/],
  [{ masters: '3' } as unknown as LabOptions, /^--masters takes a whole number .*, not "3"$/],
]
test.each(bad)('startLab(%j) throws a LabError of the code bad-input, and leaves nothing', async (options, message) => {
  const error = await startLab(options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(LabError)
  expect(error).toMatchObject({ code: 'bad-input', exitCode: 2, message: expect.stringMatching(message) as string })
  expect(labsIn(scratch.places)).toEqual([])
})

test('a lab that cannot start is a LabError with the words of Redis, and leaves nothing but the evidence', async () => {
  await expect(startLab({ replicas: 0, set: ['maxmemory-policy nonsense'] })).rejects.toMatchObject({
    code: 'node-failed',
    message: expect.stringMatching(/must be one of|Invalid maxmemory policy/) as string,
    details: expect.arrayContaining([expect.stringContaining(path.join(scratch.places.state, 'failed'))]) as string[],
  })
  expect(scratch.processes()).toEqual([])
})

test('a start that is aborted is undone', async () => {
  const controller = new AbortController()
  const starting = startLab({
    replicas: 0,
    set: ['min-replicas-to-write 1'],
    signal: controller.signal,
    onEvent: ({ type }) => type === 'lab-starting' && controller.abort(new Error('no longer wanted')),
  })
  await expect(starting).rejects.toThrow('no longer wanted')
  expect(scratch.processes()).toEqual([])
  expect(labsIn(scratch.places)).toEqual([])
})

test('connectLab() is the handle of a lab that the command started, and its stop() is a "down"', async () => {
  await expect(connectLab('shared')).rejects.toMatchObject({ code: 'lab-not-found' })
  expect((await scratch.run('up', '--name', 'shared', ...small)).code).toBe(0)

  const lab = await connectLab('shared')
  const status = await lab.status()
  expect(status).toEqual(await scratch.json('status', '--name', 'shared'))
  expect(lab.nodes.map(({ id }) => id)).toEqual(status.nodes.map(({ id }) => id))
  expect(await ask(lab.nodes[0]?.port ?? 0, 'PING')).toBe('PONG')

  await expect(startLab({ name: 'shared' })).rejects.toBeInstanceOf(LabError)
  expect(pidsOf(await lab.status())).toEqual(pidsOf(status))

  await lab.stop()
  expect(pidsOf(status).filter(isRunning)).toEqual([])
  expect(await scratch.json('status', '--name', 'shared')).toMatchObject({ state: 'stopped' })
  await expect(connectLab('shared')).rejects.toMatchObject({ code: 'lab-not-found' })
  await lab.stop()
  await scratch.run('down', '--name', 'shared', '--purge')
})
