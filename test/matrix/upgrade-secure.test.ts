/** Labs that speak TLS and know users, mixed and upgraded: what is asked of whoever connects is the same on the way. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { Cluster } from 'ioredis'
import { startLab, type Lab } from 'redis-lab'
import { expect, test } from 'vitest'
import { useLibraryEnvironment } from '../support/library.js'
import { useScratch } from '../support/scratch.js'
import { mostBuildMs } from '../support/tls.js'
import { keysAllOver } from './support/clients.js'
import { had, isHad, release, unlessHad } from './support/pair.js'

const scratch = useScratch()
useLibraryEnvironment(scratch)

// 6.0 knows users and no channels, 8.0 both.
const [older, newer] = [release('redis', '6.0'), release('redis', '8.0')]
const keys = keysAllOver('secure', 300)

function usersFile(): string {
  const file = path.join(scratch.dir, 'users.acl')
  writeFileSync(file, 'user default off\nuser reader on >secret ~* +@read +@connection +cluster +info\n')
  return file
}

async function withClient<Result>(lab: Lab, work: (client: Cluster) => Promise<Result>): Promise<Result> {
  const client = new Cluster(...lab.ioredis)
  return work(client).finally(() => client.disconnect())
}

test.skipIf(!isHad(older) || !isHad(newer))(
  `a lab with TLS and users is upgraded, with every key and every user${unlessHad(older, newer)}`,
  async () => {
    await using lab = await startLab({ redis: had(older).redis, tls: true, acl: usersFile() })
    await withClient(lab, (client) => Promise.all(keys.map((key) => client.set(key, key))))
    const { nodes, to } = await lab.upgrade({ redis: had(newer).redis })
    expect(to).toEqual({ engine: 'redis', version: had(newer).build.version })
    expect(nodes).toHaveLength(6)
    expect(await lab.status()).toMatchObject({ state: 'running', auth: 'acl', tls: lab.tls, ready: { level: 'full' } })
    await withClient(lab, async (client) => {
      expect(await Promise.all(keys.map((key) => client.get(key)))).toEqual(keys)
      expect(await client.call('ACL', 'WHOAMI')).toBe('redis-lab')
      // Channels came with 6.2, and a user of before them may use none unless it is told so.
      expect(await client.publish('news', 'it works')).toBe(0)
    })
    const readers = new Cluster(lab.ioredis[0], {
      redisOptions: { ...lab.ioredis[1].redisOptions, username: 'reader', password: 'secret' },
    })
    try {
      expect(await readers.get(keys[0] ?? '')).toBe(keys[0])
      await expect(readers.set('not', 'allowed')).rejects.toThrow(/NOPERM/)
    } finally {
      readers.disconnect()
    }
  },
  mostBuildMs,
)

test.skipIf(!isHad(older) || !isHad(newer))(
  `nodes of two releases speak TLS with each other, and ask for one password${unlessHad(older, newer)}`,
  async () => {
    const redisFor = { r1: had(newer).redis, r2: had(newer).redis }
    await using lab = await startLab({ redis: had(older).redis, redisFor, tls: true, password: 'one "for" all' })
    await withClient(lab, async (client) => {
      await Promise.all(keys.map((key) => client.set(key, key)))
      expect(await lab.failover('r1')).toEqual({ changed: true, promoted: 'r1', demoted: 'm1' })
      expect(await Promise.all(keys.map((key) => client.get(key)))).toEqual(keys)
    })
  },
  mostBuildMs,
)
