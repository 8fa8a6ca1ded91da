/** When forming instantly is not to be had, the plain way is taken, and said so; and when it would not help, it is not. */
import { appendFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import type { LabEvent } from '../../src/events.js'
import { nodeFiles } from '../../src/paths.js'
import { ask } from '../support/ask.js'
import { useScratch } from '../support/scratch.js'
import { buildAs, folders, Group } from './group.js'
import { planned, seen, viewOf } from './view.js'

const scratch = useScratch('file')
const newFolder = folders(() => scratch.dir)

/** No server lets itself be configured: that is more than the instant way can do without. */
async function planStubborn(masters: number, replicas: number): Promise<Group> {
  const group = await Group.plan({ dir: newFolder(), masters, replicas })
  for (const { dir } of group.servers) appendFileSync(nodeFiles.conf(dir), 'rename-command CONFIG ""\n')
  return group
}

const creatorsIn = (events: readonly LabEvent[]) =>
  events.flatMap((event) => (event.type === 'create-started' ? event.creator : []))

test.concurrent(
  'an instant attempt that fails half way is undone, and redis-cli forms the cluster',
  async ({ expect }) => {
    await using group = await planStubborn(3, 1)
    const { creator } = await group.form()
    expect(creator).toBe('redis-cli')
    expect(creatorsIn(group.events)).toEqual(['instant', 'redis-cli'])
    expect(group.events).toContainEqual({
      type: 'create-fallback',
      from: 'instant',
      to: 'redis-cli',
      reason: expect.stringMatching(/^forming instantly was refused: ERR unknown command/) as string,
    })
    for (const server of group.servers) {
      expect(seen(await viewOf(server), group.nodes)).toEqual(planned(group.nodes))
      expect(await ask(server.port, 'DBSIZE')).toBe(0)
    }
  },
)

test.concurrent(
  'a version that was never tried is formed the plain way, and the reason is told',
  async ({ expect }) => {
    await using group = await Group.plan({ dir: newFolder(), masters: 3, replicas: 0 })
    const { creator } = await group.form(undefined, {
      build: buildAs({ engine: 'redis', version: '99.0.0' }),
      level: 'agreed',
    })
    expect(creator).toBe('redis-cli')
    expect(creatorsIn(group.events)).toEqual(['redis-cli'])
    expect(group.fallbacks()).toEqual(['the instant way is not verified for redis 99.0.0'])
    expect(seen(await viewOf(group.server('m2')), group.nodes)).toEqual(planned(group.nodes))
  },
)

test('the creator that is tried second has time of its own, however much the first has used up', async () => {
  await using group = await planStubborn(3, 0)
  const budgetMs = 60_000
  let skippedMs = 0
  const { now } = Date
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + skippedMs)
  try {
    // As if the first attempt had taken all the time there was.
    group.onEvent = (event) => void (event.type === 'create-fallback' && (skippedMs = budgetMs))
    const { creator } = await group.form(undefined, { deadline: Date.now() + budgetMs })
    expect(creator).toBe('redis-cli')
  } finally {
    clock.mockRestore()
  }
})

test('a creator that was asked for by name is not replaced by another', async () => {
  await using group = await planStubborn(3, 0)
  await expect(group.form('instant')).rejects.toMatchObject({
    code: 'create-failed',
    message: expect.stringContaining('ERR unknown command') as string,
  })
  expect(group.fallbacks()).toEqual([])
})

test('two masters, which redis-cli would refuse, are an error of their own', async () => {
  await using group = await planStubborn(2, 0)
  await expect(group.form()).rejects.toMatchObject({ code: 'create-failed' })
  expect(creatorsIn(group.events)).toEqual(['instant'])
})

test('a server that cannot start is not tried again with another creator', async () => {
  await using group = await Group.plan({ dir: newFolder(), masters: 3, replicas: 0, set: ['appendfsync sometimes'] })
  await expect(group.form()).rejects.toMatchObject({ code: 'node-failed' })
  expect(creatorsIn(group.events)).toEqual(['instant'])
  expect(group.fallbacks()).toEqual([])
})

test.each(['1', '2'])(
  'redis-cli is refused for %s masters with one sentence, before anything is touched',
  async (masters) => {
    const { code, stdout, stderr } = await scratch.run('up', '--masters', masters, '--creator', 'redis-cli')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(`redis-lab: --creator redis-cli needs at least 3 masters, not ${masters}\n`)
    expect(scratch.processes()).toEqual([])
  },
)
