/** A machine that is slow for a moment: an answer that is late is no refusal, and a cluster that has formed stays. */
import process from 'node:process'
import { expect, test } from 'vitest'
import type { LabEvent } from '../../src/events.js'
import { ask } from '../support/ask.js'
import { useScratch } from '../support/scratch.js'
import { folders, Group } from './group.js'
import { planned, seen, viewOf } from './view.js'

const scratch = useScratch('file')
const newFolder = folders(() => scratch.dir)

const creatorsIn = (events: readonly LabEvent[]) =>
  events.flatMap((event) => (event.type === 'create-started' ? event.creator : []))

test('a node that does not answer in time while the cluster is proven does not make it start over', async () => {
  await using group = await Group.plan({ dir: newFolder(), masters: 3, replicas: 1 })
  let silent = false
  group.onEvent = (event) => {
    if (event.type !== 'ready-progress') return
    // The proof has begun: the cluster has formed.
    if (!silent) process.kill(group.pid('m2'), 'SIGSTOP')
    silent = true
    if (event.missing.some((line) => /m2 .*no answer within/.test(line))) process.kill(group.pid('m2'), 'SIGCONT')
  }
  const pids = () => group.nodes.map(({ name }) => group.pid(name))
  const before = new Promise<number[]>((resolve) => {
    const { onEvent } = group
    group.onEvent = (event) => {
      if (event.type === 'ready-progress') resolve(pids())
      onEvent(event)
    }
  })
  const { creator } = await group.form()
  expect(creator).toBe('instant')
  expect(creatorsIn(group.events)).toEqual(['instant'])
  expect(group.events).toContainEqual(
    expect.objectContaining({
      type: 'ready-progress',
      missing: expect.arrayContaining([expect.stringMatching(/no answer within/)]) as string[],
    }),
  )
  expect(pids()).toEqual(await before)
})

test('a node that is slow to answer while the cluster forms is waited for', async () => {
  await using group = await Group.plan({ dir: newFolder(), masters: 3, replicas: 1 })
  let paused: Promise<unknown> | undefined
  group.onEvent = (event) => {
    if (event.type !== 'node-listening' || event.node !== 'r1' || paused) return
    process.kill(group.pid('m1'), 'SIGSTOP')
    // For longer than the creator's own question to it may take: it was asked before this one.
    paused = ask(group.server('m1').port, 'PING').catch(() => process.kill(group.pid('m1'), 'SIGCONT'))
  }
  const { creator } = await group.form()
  await paused
  expect(creator).toBe('instant')
  expect(group.fallbacks()).toEqual([])
  for (const server of group.servers) expect(seen(await viewOf(server), group.nodes)).toEqual(planned(group.nodes))
})
