/** The life of a lab on each release, whichever creator has formed it: used, disturbed, reset, copied, and gone. */
import { startLab, type Lab, type LabEvent } from 'redis-lab'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isVerified, planTopology } from '../../src/cluster/index.js'
import { meansTheSame } from '../../src/release/index.js'
import { planned } from '../cluster/view.js'
import { expectAsPlanned, patience, type Fresh } from '../reset/support.js'
import { ask, directive } from '../support/ask.js'
import { useLibraryEnvironment } from '../support/library.js'
import { useScratch } from '../support/scratch.js'
import { ioredis, keysAllOver, nodeRedis } from './support/clients.js'
import { isAtLeast, releases } from './support/releases.js'

const scratch = useScratch('file')
useLibraryEnvironment(scratch, 'file')

const creators = ['instant', 'redis-cli'] as const
const cases = releases.flatMap((release) => creators.map((creator) => ({ ...release, creator })))

describe.each(cases)('$name, formed by $creator', (release) => {
  const { redis, build, creator } = release
  // Where instant is not verified, what counts is that nobody gets it without asking for it: see below.
  if (creator === 'instant' && !isVerified(build)) {
    test.skip('the instant way is not verified for it')
    return
  }
  const events: LabEvent[] = []
  const keys = keysAllOver('key')
  let lab: Lab
  let fresh: Fresh

  beforeAll(async () => {
    const set = ['cluster-node-timeout 1500']
    lab = await startLab({ redis, creator, set, onEvent: (event) => events.push(event) })
    const plan = planned(planTopology({ masters: 3, replicas: 1, ports: lab.nodes.map(({ port }) => port) }))
    fresh = { ids: lab.nodes.map(({ id }) => id), plan }
  })
  afterAll(() => lab?.stop())

  const bothFindAll = async () => {
    expect(await ioredis.lost(lab, keys)).toEqual([])
    expect(await nodeRedis.lost(lab, keys)).toEqual([])
  }

  test('it is proven ready, as planned, without falling back to another way', async () => {
    const { engine, version } = build
    expect(await lab.status()).toMatchObject({ creator, redis: { engine, version } })
    expect(events.filter(({ type }) => type === 'create-fallback' || type === 'release-fallback')).toEqual([])
    await expectAsPlanned(lab, fresh)
  })

  test('ioredis and node-redis write in every part of the slots and read what the other wrote', async () => {
    const half = keys.length / 2
    await ioredis.write(lab, keys.slice(0, half))
    await nodeRedis.write(lab, keys.slice(half))
    await bothFindAll()
    const sizes = await Promise.all([0, 1, 2].map((nth) => ask(lab.master(nth).port, 'DBSIZE')))
    expect(sizes.reduce((sum: number, size) => sum + Number(size), 0)).toBe(keys.length)
    expect(Math.min(...sizes.map(Number))).toBeGreaterThan(keys.length / 4)
  })

  test('a replica takes over with the agreement of its master, and gives the place back', async () => {
    expect(await lab.failover('r1')).toEqual({ changed: true, promoted: 'r1', demoted: 'm1' })
    expect(await lab.failover('m1')).toEqual({ changed: true, promoted: 'm1', demoted: 'r1' })
    await lab.waitFor('full')
    await bothFindAll()
  })

  test('a replica is elected when its master is killed, and the master comes back as its replica', async () => {
    await lab.master(1).kill({ restart: false })
    expect(await lab.waitForFailover('m2')).toEqual({ changed: true, promoted: 'r2', demoted: 'm2' })
    await lab.master(1).start()
    const status = await lab.waitFor('full')
    expect(status.nodes.find(({ name }) => name === 'm2')).toMatchObject({ role: 'replica' })
    await bothFindAll()
  })

  test('a snapshot begins another lab, of the same release, with every key', async () => {
    await using seed = await lab.snapshot()
    expect(seed).toMatchObject({ keys: keys.length, redis: release.name })
    // A path is not kept in a snapshot, which may be used elsewhere.
    await using copy = await startLab({ from: seed, creator, ...(!meansTheSame(redis) && { redis }) })
    expect((await copy.status()).redis).toMatchObject({ engine: build.engine, version: build.version })
    expect(await ioredis.lost(copy, keys)).toEqual([])
    expect((await copy.status()).nodes.map(({ id }) => id)).not.toEqual(fresh.ids)
  })

  test('a reset undoes keys, settings, scripts, functions, users and roles, and says so', async () => {
    const { port } = lab.master(2)
    const before = await directive(port, 'maxmemory-policy')
    await ask(port, 'CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
    await ask(port, 'SCRIPT', 'LOAD', 'return 1')
    const said = [/^m2 was a replica|^r2 was the master/, /maxmemory-policy was allkeys-lru/, /1 script: deleted/]
    if (isAtLeast(release, '6.0.0')) {
      await ask(port, 'ACL', 'SETUSER', 'stranger', 'on', '>secret', '~*', '+get')
      said.push(/the user stranger was added/)
    }
    if (isAtLeast(release, '7.0.0')) {
      await ask(
        port,
        'FUNCTION',
        'LOAD',
        "#!lua name=labtest\nredis.register_function('labtest', function() return 1 end)",
      )
      said.push(/1 function library: deleted/)
    }
    const { undone } = await lab.reset()
    for (const words of [...said, /^1000 keys: deleted$/]) expect(undone).toContainEqual(expect.stringMatching(words))
    await expectAsPlanned(lab, fresh)
    expect(await directive(port, 'maxmemory-policy')).toBe(before)
    // There is nothing left to do.
    expect((await lab.reset()).undone).toEqual([])
  })

  test('writes that a client held back go on when they may', async () => {
    await ask(lab.master(0).port, 'CLIENT', 'PAUSE', 600)
    await lab.reset()
    await nodeRedis.write(lab, keys)
    await bothFindAll()
    await expect.poll(() => lab.status(), patience).toMatchObject({ state: 'running' })
  })
})

describe.each(releases)('$name', ({ redis, build }) => {
  test('the creator that nobody chose is the instant one where it is verified, and otherwise redis-cli, which is told', async () => {
    const fallbacks: LabEvent[] = []
    const onEvent = (event: LabEvent) => void (event.type === 'create-fallback' && fallbacks.push(event))
    await using lab = await startLab({ redis, replicas: 0, onEvent })
    expect((await lab.status()).creator).toBe(isVerified(build) ? 'instant' : 'redis-cli')
    expect(fallbacks).toHaveLength(isVerified(build) ? 0 : 1)
    await ioredis.write(lab, keysAllOver('few', 100))
    expect(await nodeRedis.lost(lab, keysAllOver('few', 100))).toEqual([])
  })

  test.skipIf(!isVerified(build)).each([
    [1, 1],
    [1, 0],
    [3, 2],
  ])('%i masters with %i replicas each are a cluster', async (masters, replicas) => {
    await using lab = await startLab({ redis, masters, replicas })
    const plan = planned(planTopology({ masters, replicas, ports: lab.nodes.map(({ port }) => port) }))
    await expectAsPlanned(lab, { ids: lab.nodes.map(({ id }) => id), plan })
    const keys = keysAllOver('few', 100)
    await nodeRedis.write(lab, keys)
    expect(await ioredis.lost(lab, keys)).toEqual([])
    if (replicas === 0) return
    expect(await lab.failover('r1')).toEqual({ changed: true, promoted: 'r1', demoted: 'm1' })
    expect(await ioredis.lost(lab, keys)).toEqual([])
    await lab.reset()
    await expectAsPlanned(lab, { ids: lab.nodes.map(({ id }) => id), plan })
  })
})
