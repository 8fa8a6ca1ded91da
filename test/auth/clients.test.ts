/** The clients that people use get in with what the lab tells them, and as whom else they say. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { Cluster } from 'ioredis'
import { createCluster } from 'redis'
import { connectLab, startLab, type Lab } from 'redis-lab'
import { expect, test } from 'vitest'
import { useLibraryEnvironment } from '../support/library.js'
import { useScratch } from '../support/scratch.js'
import { password, trace } from './support.js'

const scratch = useScratch()
useLibraryEnvironment(scratch)

const keys = Array.from({ length: 100 }, (_, index) => `key:${index}`)
const bob = { username: 'bob', password: 'p :/@"\\ü' }

async function expectNodeRedis(options: Lab['nodeRedis']): Promise<void> {
  const cluster = createCluster(options)
  await cluster.connect()
  await Promise.all(keys.map((key) => cluster.set(key, key)))
  expect(await Promise.all(keys.map((key) => cluster.get(key)))).toEqual(keys)
  await cluster.close()
}

async function expectIoredis([nodes, options]: Lab['ioredis']): Promise<void> {
  const cluster = new Cluster(nodes, { ...options, scaleReads: 'master' })
  await Promise.all(keys.map((key) => cluster.set(key, key)))
  expect(await Promise.all(keys.map((key) => cluster.get(key)))).toEqual(keys)
  cluster.disconnect()
}

test('of a lab that asks for nothing they are told nothing else', async () => {
  await using lab = await startLab({ replicas: 0 })
  await expectNodeRedis(lab.nodeRedis)
  await expectIoredis(lab.ioredis)
})

test('with a password, also by another handle of the lab, and no address has it', async () => {
  await using lab = await startLab({ password, name: 'shared' })
  await expectNodeRedis(lab.nodeRedis)
  await expectIoredis(lab.ioredis)
  const other = await connectLab('shared')
  await expectNodeRedis(other.nodeRedis)
  await expectIoredis(other.ioredis)
  expect(JSON.stringify([lab.urls, lab.rootNodes, lab.nodes, lab])).not.toContain(trace)
  expect(await lab.status()).toMatchObject({ auth: 'password' })

  await lab.reset()
  await lab.failover('r1')
  await lab.waitFor('full')
  await lab.node('m2').restart()
  await lab.reset()
  await expectNodeRedis(lab.nodeRedis)
})

test('with users: as the lab’s own, and as one of the file', async () => {
  const acl = path.join(scratch.dir, 'users.acl')
  writeFileSync(acl, `user default off\nuser bob on >secret ~key:* +@all\n`)
  await using lab = await startLab({ acl })
  await expectNodeRedis(lab.nodeRedis)
  await expectIoredis(lab.ioredis)
  const asBob = { username: 'bob', password: 'secret' }
  await expectNodeRedis({ ...lab.nodeRedis, defaults: asBob })
  await expectIoredis([lab.ioredis[0], { redisOptions: asBob }])
  const wrong = new Cluster(lab.ioredis[0], { redisOptions: bob, clusterRetryStrategy: () => null })
  wrong.on('error', () => {})
  await expect(wrong.get('key:1')).rejects.toThrow()
  wrong.disconnect()
  expect(await lab.status()).toMatchObject({ auth: 'acl' })
})
