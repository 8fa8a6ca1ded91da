/**
 * Which answers of a node can never change, given the configuration of its lab.
 *
 *     NOREPLICAS                       final if min-replicas-to-write is more than the replicas that a master has or was planned to have
 *     OOM                              final if the server alone needs more than maxmemory: no data can be deleted to make room
 *     max number of clients reached    final if maxclients leaves no room for the connections of the lab itself
 *     NOAUTH, WRONGPASS, NOPERM        final: the lab has no other credentials than those it was refused with
 *
 * Anything else may pass: LOADING, MASTERDOWN, CLUSTERDOWN, BUSY, READONLY (a failover), MISCONF (a disk with room again).
 */
import { readFileSync } from 'node:fs'
import { readDirective } from '../node/index.js'
import { nodeFiles } from '../paths.js'
import { compareVersions } from '../release/index.js'
import type { Member, Shape } from './member.js'
import { isMyself } from './nodes-text.js'
import { askInfo, askNodes } from './view.js'

export interface Obstacle {
  /** Begins with what the node does: "will never accept a write: …". */
  readonly problem: string
  readonly hint: string
}

/** @returns why the answer cannot change; undefined where it may */
export function obstacleIn(member: Member, answer: string, shape: Shape): Promise<Obstacle | undefined> {
  if (/\bNOREPLICAS\b/.test(answer)) return tooFewReplicas(member, shape)
  if (/\bOOM\b/.test(answer)) return tooLittleMemory(member)
  if (/max number of clients|link to its master/.test(answer)) return tooFewClients(member, answer, shape)
  if (/\b(NOAUTH|NOPERM|WRONGPASS)\b|invalid password/.test(answer)) return Promise.resolve(shutOut)
  return Promise.resolve(undefined)
}

const perMaster = ({ masters, replicas }: Shape): number => Math.floor(replicas / masters)

async function tooFewReplicas(member: Member, shape: Shape): Promise<Obstacle | undefined> {
  const wanted = await numberOf(member, 'min-replicas-to-write')
  const lines = await askNodes(member)
  const own = lines.find(isMyself)?.id
  // A user may have added replicas that were not planned.
  const planned = Math.max(perMaster(shape), lines.filter(({ masterId }) => masterId === own).length)
  if (wanted === undefined || wanted <= planned) return undefined
  const have =
    planned === 1 ? 'each master has 1 replica' : `each master has ${planned === 0 ? 'no' : planned} replicas`
  return {
    problem: `will never accept a write: min-replicas-to-write is ${wanted}, and ${have}`,
    hint: `Set min-replicas-to-write to ${planned}, or give each master more replicas with --replicas ${wanted}.`,
  }
}

/** Deleting data makes room, where there is any; the memory of client connections is freed when they close. */
async function tooLittleMemory(member: Member): Promise<Obstacle | undefined> {
  const info = await askInfo(member, 'INFO')
  const number = (field: string) => Number(info.get(field) ?? 0)
  const isEmpty = ![...info.keys()].some((field) => /^db\d+$/.test(field))
  const needed = isEmpty
    ? number('used_memory') - number('mem_clients_normal') - number('mem_not_counted_for_evict')
    : number('used_memory_startup') + number('mem_replication_backlog')
  const limit = number('maxmemory')
  if (limit === 0 || needed < limit) return undefined
  return {
    problem: `will never accept a write: maxmemory is ${limit} bytes, and the server needs ${needed} without any data`,
    hint: 'Set maxmemory to more than that, such as "maxmemory 100mb".',
  }
}

/** From 6.2 on two links to each other node count as clients (getClusterConnectionsCount in Redis's cluster.c). */
async function tooFewClients(member: Member, answer: string, shape: Shape): Promise<Obstacle | undefined> {
  const limit = limitInConf(member) ?? (await numberOf(member, 'maxclients'))
  const links = (await countsLinks(member, answer)) ? 2 * (shape.masters + shape.replicas - 1) : 0
  const needed = links + 1 + perMaster(shape)
  if (limit === undefined || limit >= needed) return undefined
  return {
    problem: `cannot take the connections of its own lab: maxclients is ${limit}, and ${needed} are needed`,
    hint: `Set maxclients to more than ${needed}: your own clients count as well.`,
  }
}

async function countsLinks(member: Member, answer: string): Promise<boolean> {
  if (answer.includes('cluster connections')) return true
  if (answer.includes('max number of clients')) return false
  const version = (await askInfo(member, 'INFO', 'server')).get('redis_version')
  return version !== undefined && compareVersions(version, '6.2.0') >= 0
}

/** A node that takes no connection cannot be asked. */
function limitInConf(member: Member): number | undefined {
  if (!('dir' in member) || typeof member.dir !== 'string') return undefined
  const value = readDirective(readFileSync(nodeFiles.conf(member.dir), 'utf8'), 'maxclients')
  return value === undefined ? undefined : Number(value)
}

const shutOut: Obstacle = {
  problem: 'does not let its own lab in',
  hint: 'Look at requirepass and the users in its redis.conf: the lab knows the password of --password, and no other.',
}

async function numberOf(member: Member, directive: string): Promise<number | undefined> {
  const client = await member.client()
  const reply = await client.call('CONFIG', 'GET', directive)
  return Array.isArray(reply) && reply.length === 2 ? Number(reply[1]) : undefined
}
