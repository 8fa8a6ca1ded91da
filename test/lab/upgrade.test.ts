/** An upgrade that stopped because servers crashed goes on when it is asked for again, as its error says. */
import path from 'node:path'
import process from 'node:process'
import { startLab, type TimedEvent } from 'redis-lab'
import { expect, test } from 'vitest'
import { ask } from '../support/ask.js'
import { nodeOf } from '../support/lab.js'
import { useLibraryEnvironment } from '../support/library.js'
import { nextRelease } from '../support/next-release.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch()
useLibraryEnvironment(scratch)

const patience = { timeout: 30_000, interval: 20 }

test('nodes that crashed and were given up are started again, and the rest is upgraded', async () => {
  await using lab = await startLab({ replicas: 0 })
  const before = await lab.status()
  const next = nextRelease(path.join(scratch.dir, 'next'), before.redis)
  const key = await lab.keyFor('m1')
  await ask(lab.node('m1').port, 'SET', key, 'kept')

  const events: TimedEvent[] = []
  lab.on('*', (event) => events.push(event))
  lab.on('node-upgraded', ({ node }) => {
    if (node !== 'm1') return
    next.breakDown()
    const pid = events.findLast((event) => event.type === 'node-started' && event.node === 'm1')
    if (pid?.type === 'node-started') process.kill(pid.pid, 'SIGKILL')
  })
  await expect(lab.upgrade({ redis: next.dir, timeout: '10s' })).rejects.toMatchObject({
    code: 'upgrade-failed',
    hint: expect.stringContaining('asked for again goes on from here') as string,
    details: expect.arrayContaining(['upgraded: m1']) as string[],
  })
  await expect.poll(() => events.map(({ type }) => type), patience).toContain('node-gave-up')

  await expect(lab.upgrade({ redis: next.dir }), 'as long as it does not start').rejects.toMatchObject({
    code: 'upgrade-failed',
    message: expect.stringMatching(/^the upgrade cannot continue: m\d /) as string,
  })

  next.repair()
  const { nodes } = await lab.upgrade({ redis: next.dir })
  // m2 may have got as far as running the new release before.
  expect(nodes.at(-1)).toMatchObject({ name: 'm3', to: { version: next.version } })
  const after = await lab.status()
  expect(after).toMatchObject({ state: 'running', redis: { version: next.version }, ready: { level: 'full' } })
  expect(after.nodes.map(({ redis }) => redis?.version)).toEqual(before.nodes.map(() => next.version))
  expect(await ask(nodeOf(after, 'm1').port, 'GET', key)).toBe('kept')
})

test('a lab with a crashed node is not upgraded where no upgrade was under way', async () => {
  await using lab = await startLab({ replicas: 0 })
  const { redis } = await lab.status()
  const next = nextRelease(path.join(scratch.dir, 'next'), redis)
  await lab.kill('m1', { restart: false })
  await expect(lab.upgrade({ redis: next.dir })).rejects.toMatchObject({ code: 'wrong-state' })
  expect(nodeStateOf(await lab.status(), 'm1')).toBe('crashed')
})

const nodeStateOf = ({ nodes }: Awaited<ReturnType<Awaited<ReturnType<typeof startLab>>['status']>>, name: string) =>
  nodes.find((node) => node.name === name)?.state
