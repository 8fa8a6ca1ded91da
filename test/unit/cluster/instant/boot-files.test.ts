import { beforeEach, expect, test } from 'vitest'
import { parseNodes, type NodeLine } from '../../../../src/cluster/index.js'
import { masterBootFile, replicaBootFile } from '../../../../src/cluster/create/instant/boot-files.js'
import {
  newTarget,
  type Target,
  type TargetMaster,
  type TargetReplica,
} from '../../../../src/cluster/create/instant/target.js'
import { useTempDir } from '../../support.js'
import { foldersFor, id, planOf } from './servers.js'

const temp = useTempDir()
const ghosts = { own: id('a'), other: id('c') }
const plain = { shardIds: false, onlyEarlier: false }

let target: Target
beforeEach(() => {
  target = plan(3, 1)
})

function plan(masters: number, replicas: number): Target {
  const nodes = planOf(masters, replicas)
  return newTarget(nodes, foldersFor(nodes, temp()))
}
const master = (index: number): TargetMaster => target.masters[index] as TargetMaster
const replica = (index: number): TargetReplica => target.replicas[index] as TargetReplica
const epochs = () => new Map(target.masters.map((one, index) => [one, index + 4]))
const lineOf = (text: string, wanted: string): NodeLine => {
  const line = parseNodes(text).find((one) => one.id === wanted)
  if (!line) throw new Error(`no line for ${wanted} in ${text}`)
  return line
}

test('a master boots as the replica of a ghost that has its slots', () => {
  const text = masterBootFile(target, master(1), ghosts, plain)
  expect(lineOf(text, master(1).id)).toMatchObject({ flags: ['myself', 'slave'], masterId: ghosts.own, slots: [] })
  expect(lineOf(text, ghosts.own)).toMatchObject({ flags: ['master', 'handshake'], port: 0, slots: [[5461, 10922]] })
})

test('the other slots belong to one more ghost, whose replicas the other masters seem to be', () => {
  const text = masterBootFile(target, master(1), ghosts, plain)
  const other = { masterId: ghosts.other, flags: ['slave'], slots: [] }
  expect(lineOf(text, master(0).id)).toMatchObject({ ...other, port: 7001 })
  expect(lineOf(text, master(2).id)).toMatchObject({ ...other, port: 7003 })
  expect(lineOf(text, ghosts.other).slots).toEqual([
    [0, 5460],
    [10923, 16383],
  ])
})

test('a cluster of one master needs no second ghost', () => {
  target = plan(1, 0)
  const text = masterBootFile(target, master(0), ghosts, plain)
  expect(parseNodes(text).map((line) => line.id)).toEqual([master(0).id, ghosts.own])
})

test('a master that is alone among many calls only those that were started before it', () => {
  const text = masterBootFile(target, master(1), ghosts, { ...plain, onlyEarlier: true })
  expect(lineOf(text, master(0).id)).toMatchObject({ port: 7001, flags: ['slave'] })
  expect(lineOf(text, master(2).id)).toMatchObject({ port: 0, flags: ['slave', 'noaddr'] })
})

test('replicas are known to a master, and not where they are', () => {
  const text = masterBootFile(target, master(0), ghosts, plain)
  expect(lineOf(text, replica(0).id)).toMatchObject({ port: 0, flags: ['slave', 'noaddr'], masterId: master(0).id })
})

test('a replica is told the truth, with the epochs that the masters have got', () => {
  const text = replicaBootFile(target, replica(1), epochs(), plain)
  expect(parseNodes(text).filter(({ slots }) => slots.length > 0)).toMatchObject([
    { id: master(0).id, flags: ['master'], epoch: 4, port: 7001, slots: [[0, 5460]] },
    { id: master(1).id, flags: ['master'], epoch: 5, port: 7002, slots: [[5461, 10922]] },
    { id: master(2).id, flags: ['master'], epoch: 6, port: 7003, slots: [[10923, 16383]] },
  ])
  expect(lineOf(text, replica(1).id)).toMatchObject({ flags: ['myself', 'slave'], masterId: master(1).id, port: 7005 })
  expect(text).toMatch(/^vars currentEpoch 6 lastVoteEpoch 0$/m)
})

test('of two replicas the later one knows where the earlier one is', () => {
  const text = replicaBootFile(target, replica(1), epochs(), plain)
  expect(lineOf(text, replica(0).id).port).toBe(7004)
  expect(lineOf(text, replica(2).id)).toMatchObject({ port: 0, flags: ['slave', 'noaddr'] })
})

test('shard ids are written where the engine has them: a replica has that of its master', () => {
  const options = { ...plain, shardIds: true }
  const text = replicaBootFile(target, replica(0), epochs(), options)
  expect(lineOf(text, replica(2).id).shardId).toBe(master(2).shardId)
  expect(lineOf(text, master(2).id).shardId).toBe(master(2).shardId)
  const booting = masterBootFile(target, master(0), ghosts, options)
  expect(lineOf(booting, ghosts.own).shardId).toBe(master(0).shardId)
  // Its replicas are of many shards.
  expect(lineOf(booting, ghosts.other).shardId).toBeUndefined()
  expect(masterBootFile(target, master(0), ghosts, plain)).not.toContain('shard-id')
})

test('the epochs go on where the earlier life of the cluster has ended', () => {
  const text = masterBootFile({ ...target, lastEpoch: 9, lastVoteEpoch: 7 }, master(0), ghosts, plain)
  expect(text).toMatch(/^vars currentEpoch 9 lastVoteEpoch 7$/m)
  expect(lineOf(text, ghosts.own).epoch).toBe(9)
})

test('a range of one slot is written as Redis writes it', () => {
  const alone = { ...master(0), slots: [[0, 0] as const, [7, 9] as const] }
  const text = masterBootFile({ ...target, masters: [alone, master(1), master(2)] }, alone, ghosts, plain)
  expect(text).toMatch(/ connected 0 7-9$/m)
})

test('where only some masters say a shard id, each of the others seems to have a ghost of its own', () => {
  const each = new Map(target.masters.map((one, index) => [one, id(String(index + 1))]))
  const text = masterBootFile(target, master(0), { ...ghosts, each }, { ...plain, shardIds: true })
  expect(lineOf(text, master(1).id)).toMatchObject({ masterId: id('2'), shardId: master(1).shardId })
  expect(lineOf(text, id('2'))).toMatchObject({ slots: [[5461, 10922]], shardId: master(1).shardId, port: 0 })
  expect(lineOf(text, id('3'))).toMatchObject({ slots: [[10923, 16383]], shardId: master(2).shardId })
  expect(lineOf(text, ghosts.own).slots).toEqual([[0, 5460]])
  const ids = parseNodes(text).map((line) => line.id)
  expect([ghosts.other, id('1')].filter((one) => ids.includes(one))).toEqual([])
})
