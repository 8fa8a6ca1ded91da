/** The suite that every creator passes: whoever forms a cluster, it is the same. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, inject, test } from 'vitest'
import { ask } from '../support/ask.js'
import { useScratch } from '../support/scratch.js'
import { folders, Group } from './group.js'
import { epochsOfMasters, planned, seen, viewOf } from './view.js'

const scratch = useScratch('file')
const newFolder = folders(() => scratch.dir)

type Case = [creator: 'instant' | 'redis-cli', masters: number, replicas: number]

const cases: Case[] = [
  // It spends its time sleeping, so all of it may run at once.
  ['redis-cli', 3, 0],
  ['redis-cli', 3, 1],
  ['redis-cli', 3, 2],
  ['redis-cli', 3, 3],
  ['redis-cli', 5, 1],
  ['instant', 1, 0],
  ['instant', 1, 1],
  ['instant', 1, 3],
  ['instant', 2, 0],
  ['instant', 2, 2],
  ['instant', 3, 0],
  ['instant', 3, 1],
  ['instant', 3, 2],
  ['instant', 3, 3],
  ['instant', 5, 0],
  ['instant', 5, 1],
  ['instant', 10, 1],
]

test.concurrent.each(cases)(
  '%s forms %i masters with %i replicas each, as planned',
  async (creator, masters, replicas) => {
    await using group = await Group.plan({ dir: newFolder(), masters, replicas })
    const formed = await group.form(creator)
    const views = await Promise.all(group.servers.map(viewOf))

    expect(formed.creator).toBe(creator)
    expect(group.fallbacks()).toEqual([])
    for (const view of views) {
      expect(seen(view, group.nodes)).toEqual(planned(group.nodes))
      const epochs = epochsOfMasters(view)
      expect(new Set(epochs).size, `config epochs ${epochs.join(' ')}`).toBe(masters)
      // Every node names every other as that one names itself.
      expect(view.map(({ id }) => id).sort()).toEqual(views[0]?.map(({ id }) => id).sort())
    }
    for (const { port } of group.servers)
      expect(String(await ask(port, 'CLUSTER', 'INFO'))).toContain('cluster_state:ok')

    const check = await promisify(execFile)(inject('build').cli, [
      '--cluster',
      'check',
      `127.0.0.1:${group.servers.at(-1)?.port}`,
    ])
    expect(check.stdout).toContain('[OK] All nodes agree about slots configuration.')
    expect(check.stdout).toContain('[OK] All 16384 slots covered.')
    expect(check.stdout).not.toMatch(/\[(ERR|WARNING)\]/)
  },
)

test('both deal out the same shares where the slots do not come out even', async () => {
  const shares = async (creator: 'instant' | 'redis-cli') => {
    await using group = await Group.plan({ dir: newFolder(), masters: 5, replicas: 0 })
    await group.form(creator, { level: 'agreed' })
    return seen(await viewOf(group.server('m1')), group.nodes)
  }
  const [instant, plain] = await Promise.all([shares('instant'), shares('redis-cli')])
  expect(instant).toEqual(plain)
  expect(instant).toEqual(['m1 0-3276', 'm2 3277-6553', 'm3 6554-9829', 'm4 9830-13106', 'm5 13107-16383'])
})
