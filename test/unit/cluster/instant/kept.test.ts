import { existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import {
  keepOriginals,
  recoverTarget,
  removeOriginals,
  restoreOriginals,
} from '../../../../src/cluster/create/instant/kept.js'
import type { Server } from '../../../../src/cluster/index.js'
import { useTempDir } from '../../support.js'
import { fileOf, foldersFor, id, leave, planOf, read } from './servers.js'

const temp = useTempDir()
const names = ['m1', 'm2', 'm3', 'r1', 'r2', 'r3']
/** m1 is 1111…, r3 is 6666… */
const ids = new Map(names.map((name, index) => [name, id(String(index + 1))]))
const idOf = (name: string): string => ids.get(name) ?? name

let servers: Server[]
beforeEach(() => {
  servers = foldersFor(planOf(3, 1), temp())
  for (const server of servers) leave(server, view(server.name))
})
const server = (name: string): Server => servers.find((one) => one.name === name) as Server

/** Role, slots and epoch of everybody, as the last words of a line. */
const healthy: Record<string, string> = {
  m1: 'master - 1 0-5460',
  m2: 'master - 2 5461-10922',
  m3: 'master - 3 10923-16383',
  r1: 'slave m1 1',
  r2: 'slave m2 2',
  r3: 'slave m3 3',
}

/** A nodes.conf as `me` leaves it. */
function view(me: string, change: Record<string, string> = {}, epoch = 3): string {
  const lines = Object.entries({ ...healthy, ...change }).map(([name, facts]) => {
    const [flags = '', master = '-', own = '', ...slots] = facts.split(' ')
    const port = 7001 + names.indexOf(name)
    const mine = name === me ? `myself,${flags}` : flags
    const place = `127.0.0.1:${port}@${port + 10_000}`
    return [idOf(name), place, mine, idOf(master), '0 0', own, 'connected', ...slots].join(' ')
  })
  return `${lines.join('\n')}\nvars currentEpoch ${epoch} lastVoteEpoch 2\n`
}

function recovered() {
  const target = recoverTarget(servers)
  return {
    masters: target.masters.map(
      (one) => `${one.server.name} ${one.slots.map((range) => [...new Set(range)].join('-')).join(' ')}`,
    ),
    replicas: target.replicas.map((one) => `${one.server.name} of ${one.master.server.name}`),
    ids: new Map([...target.masters, ...target.replicas].map((one) => [one.server.name, one.id])),
    epochs: [target.lastEpoch, target.lastVoteEpoch],
  }
}

const asPlanned = {
  masters: ['m1 0-5460', 'm2 5461-10922', 'm3 10923-16383'],
  replicas: ['r1 of m1', 'r2 of m2', 'r3 of m3'],
}

test('a cluster that nobody changed is as it was planned, ids and epochs included', () => {
  const target = recovered()
  expect(target).toMatchObject({ ...asPlanned, epochs: [3, 2] })
  expect(target.ids).toEqual(ids)
})

test('a replica that took over is believed rather than the master that was down then', () => {
  const change = { m1: 'master,fail - 1', r1: 'master - 7 0-5460' }
  for (const name of ['m2', 'm3', 'r1', 'r2', 'r3']) leave(server(name), view(name, change, 7))
  expect(recovered()).toMatchObject({
    masters: ['r1 0-5460', 'm2 5461-10922', 'm3 10923-16383'],
    replicas: ['m1 of r1', 'r2 of m2', 'r3 of m3'],
    epochs: [7, 2],
  })
})

test('uneven shares of slots stay', () => {
  const change = { m1: 'master - 1 100-5460', m2: 'master - 4 0-99 5461-10922' }
  for (const name of names) leave(server(name), view(name, change))
  expect(recovered().masters).toEqual(['m2 0-99 5461-10922', 'm1 100-5460', 'm3 10923-16383'])
})

test('a replica that left nothing is known by its port, and keeps its id', () => {
  rmSync(fileOf(server('r2')))
  const target = recovered()
  expect(target).toMatchObject(asPlanned)
  expect(target.ids).toEqual(ids)
})

test.each(['gone', 'empty'])('a master whose nodes.conf is %s gives its place to its replica', (how) => {
  if (how === 'gone') rmSync(fileOf(server('m2')))
  else leave(server('m2'), '')
  const target = recovered()
  expect(target).toMatchObject({
    masters: ['m1 0-5460', 'r2 5461-10922', 'm3 10923-16383'],
    replicas: ['m2 of r2', 'r1 of m1', 'r3 of m3'],
  })
  expect(target.ids).toEqual(ids)
})

test('of two replicas the one that was written to last is the heir', () => {
  const change = { r3: 'slave m2 2' }
  for (const name of names) leave(server(name), view(name, change))
  rmSync(fileOf(server('m2')))
  for (const [name, seconds] of [['r2', 1000] as const, ['r3', 2000] as const]) {
    const file = path.join(server(name).dir, 'appendonlydir', 'appendonly.aof.1.incr.aof')
    mkdirSync(path.dirname(file))
    writeFileSync(file, '')
    utimesSync(file, seconds, seconds)
  }
  expect(recovered()).toMatchObject({
    masters: ['m1 0-5460', 'r3 5461-10922', 'm3 10923-16383'],
    replicas: ['m2 of r3', 'r1 of m1', 'r2 of r3'],
  })
})

test('a master without a folder and without replicas comes back empty, under its id', () => {
  for (const name of names) leave(server(name), view(name, { r2: 'slave m1 1' }))
  rmSync(fileOf(server('m2')))
  const target = recovered()
  expect(target.masters).toEqual(asPlanned.masters)
  expect(target.ids.get('m2')).toBe(idOf('m2'))
})

test('shard ids are kept', () => {
  const shard = id('f')
  leave(server('m1'), view('m1').replace('@17001 ', `@17001,,tls-port=0,shard-id=${shard} `))
  expect(recoverTarget(servers).masters[0]?.shardId).toBe(shard)
})

test.each([
  ['a slot has no owner', { m3: 'master - 3 10923-16382' }, '1 slots had no owner'],
  ['slots were on their way', { m1: `master - 1 0-5460 [7->-${id('2')}]` }, 'on their way'],
])('what cannot be had back for certain is left to the plain way: %s', (_, change, why) => {
  for (const name of names) leave(server(name), view(name, change))
  expect(() => recoverTarget(servers)).toThrow(why)
})

test('so is what cannot be read, with the name of the file', () => {
  leave(server('m2'), 'garbage\n')
  expect(() => recoverTarget(servers)).toThrow(`${fileOf(server('m2'))} cannot be read: not a line of CLUSTER NODES`)
})

test('so is a file that does not say whose it is', () => {
  leave(server('m2'), view('nobody'))
  expect(() => recoverTarget(servers)).toThrow('does not say which node it belongs to')
})

test('originals stay what they were, whatever is booted from, and are gone in the end', () => {
  keepOriginals(servers)
  for (const one of servers) leave(one, 'a ghost story')
  keepOriginals(servers)
  expect(recovered()).toMatchObject(asPlanned)
  removeOriginals(servers)
  expect(servers.some((one) => existsSync(fileOf(one, 'nodes.conf.kept')))).toBe(false)
})

test('an attempt that was cut off is undone', () => {
  keepOriginals(servers)
  for (const one of servers) leave(one, 'a ghost story')
  restoreOriginals(servers)
  expect(servers.map((one) => read(one))).toEqual(servers.map((one) => view(one.name)))
  expect(servers.some((one) => existsSync(fileOf(one, 'nodes.conf.kept')))).toBe(false)
})

test('a node that had left nothing still has left nothing when the attempt was cut off after its file was written', () => {
  rmSync(fileOf(server('m2')))
  const before = recovered()
  keepOriginals(servers)
  // What the attempt made of it: the replica of its heir.
  leave(server('m2'), view('m2', { m2: 'slave r2 9', r2: 'master - 9 5461-10922' }))
  expect(recovered()).toEqual(before)
})
