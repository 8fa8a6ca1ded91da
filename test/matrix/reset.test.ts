/** What tests do to the nodes of a cluster, undone on each release: versions differ in what they let be undone. */
import { startLab, type Lab } from 'redis-lab'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { planTopology } from '../../src/cluster/index.js'
import { planned } from '../cluster/view.js'
import { expectAsPlanned } from '../reset/support.js'
import { ask } from '../support/ask.js'
import { useLibraryEnvironment } from '../support/library.js'
import { useScratch } from '../support/scratch.js'
import { ioredis, keysAllOver, nodeRedis } from './support/clients.js'
import { releases } from './support/releases.js'

const scratch = useScratch('file')
useLibraryEnvironment(scratch, 'file')

describe.each(releases)('$name', ({ redis }) => {
  let lab: Lab
  beforeAll(async () => {
    lab = await startLab({ redis })
  })
  afterAll(() => lab?.stop())

  const at = (name: string, ...words: (string | number)[]) => ask(lab.node(name).port, ...words)
  const idNow = async (name: string) => String(await at(name, 'CLUSTER', 'MYID'))
  const plan = () => planned(planTopology({ masters: 3, replicas: 1, ports: lab.nodes.map(({ port }) => port) }))

  /** Whatever ids nodes have got meanwhile. */
  async function expectResetWorks(): Promise<readonly string[]> {
    const { undone } = await lab.reset()
    const ids = await Promise.all(lab.nodes.map(({ name }) => idNow(name)))
    await expectAsPlanned(lab, { ids, plan: plan() })
    expect((await lab.reset()).undone, 'a second reset finds nothing').toEqual([])
    const keys = keysAllOver('after', 100)
    await ioredis.write(lab, keys)
    expect(await nodeRedis.lost(lab, keys)).toEqual([])
    await lab.reset()
    return undone
  }

  test('a replica and a master that the others forgot are known again', async () => {
    await at('m1', 'CLUSTER', 'FORGET', await idNow('r3'))
    expect(await expectResetWorks()).toContain('m1 did not know r3: they have met again')
    const forgotten = await idNow('m2')
    for (const name of ['m1', 'm3', 'r1', 'r3']) {
      // From 7.2 on it may have heard of it, and have done so by itself.
      await at(name, 'CLUSTER', 'FORGET', forgotten).catch(() => {})
    }
    expect(await expectResetWorks()).toContainEqual(expect.stringMatching(/did not know .*m2.*: they have met again/))
  })

  test('nodes that were reset, softly or hard, have their places again', async () => {
    await at('r2', 'CLUSTER', 'RESET', 'SOFT')
    expect(await expectResetWorks()).toContain('r2 was a master: it is a replica of m2 again')
    await at('m3', 'CLUSTER', 'RESET', 'SOFT')
    expect(await expectResetWorks()).toContainEqual(expect.stringMatching(/^slot 10923-16383 was with/))
    await at('m1', 'CLUSTER', 'RESET', 'HARD')
    expect(await expectResetWorks()).toContainEqual(expect.stringMatching(/^slot 0-5460 was with/))
  })

  test('slots that were moved, half moved or given up are back', async () => {
    const id = await idNow('m2')
    await at('m2', 'CLUSTER', 'SETSLOT', 0, 'IMPORTING', await idNow('m1'))
    await at('m1', 'CLUSTER', 'SETSLOT', 0, 'MIGRATING', id)
    for (const slot of [1, 2, 3]) {
      await at('m2', 'CLUSTER', 'SETSLOT', slot, 'IMPORTING', await idNow('m1'))
      await at('m1', 'CLUSTER', 'SETSLOT', slot, 'MIGRATING', id)
      await at('m2', 'CLUSTER', 'SETSLOT', slot, 'NODE', id)
      await at('m1', 'CLUSTER', 'SETSLOT', slot, 'NODE', id)
    }
    for (const name of ['m1', 'm2', 'm3']) await at(name, 'CLUSTER', 'DELSLOTS', 7)
    const undone = (await expectResetWorks()).join('\n')
    expect(undone).toContain('slot 0 of m1 was half moved')
    expect(undone).toMatch(/^slot 1-3.* was with m2.*: moved back to m1$/m)
  })

  test('a replica that follows another master follows its own again', async () => {
    await at('r1', 'CLUSTER', 'REPLICATE', await idNow('m2'))
    expect(await expectResetWorks()).toEqual(['r1 was a replica of m2: it is one of m1 again'])
  })
})
