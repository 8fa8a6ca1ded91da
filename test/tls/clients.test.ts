/** One line makes a client for a lab that speaks TLS, and for any other. */
import { readFileSync } from 'node:fs'
import { connect } from 'node:tls'
import { Cluster } from 'ioredis'
import { createCluster } from 'redis'
import { connectLab, startLab, type Lab } from 'redis-lab'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startShared } from '../../src/fixture/shared.js'
import { NodeClient, type Access } from '../../src/node/index.js'
import { useLibraryEnvironment } from '../support/library.js'
import { useScratch } from '../support/scratch.js'
import { mostBuildMs, tlsBuild } from '../support/tls.js'

const scratch = useScratch('file')
useLibraryEnvironment(scratch, 'file')

let redis: string
beforeAll(async () => {
  redis = (await tlsBuild()).server
}, mostBuildMs)

const keys = Array.from({ length: 300 }, (_, index) => `key:${index}`)
const valueOf = (key: string) => `value of ${key}`
type Shapes = Pick<Lab, 'nodeRedis' | 'ioredis'>

interface Client {
  set(key: string, value: string): Promise<unknown>
  get(key: string): Promise<unknown>
}

const write = (client: Client) => Promise.all(keys.map((key) => client.set(key, valueOf(key))))
async function expectAll(client: Client): Promise<void> {
  expect(await Promise.all(keys.map((key) => client.get(key)))).toEqual(keys.map(valueOf))
}

async function withNodeRedis(lab: Shapes, work: (client: Client) => Promise<void>): Promise<void> {
  const { rootNodes, ...rest } = lab.nodeRedis
  // All others it learns of from the first.
  const client = await createCluster({ ...rest, rootNodes: rootNodes.slice(0, 1) })
    // A connection that is lost shows in what was asked over it.
    .on('error', () => {})
    .connect()
  try {
    await work(client)
  } finally {
    client.destroy()
  }
}

async function withIoredis(lab: Shapes, work: (client: Client) => Promise<void>): Promise<void> {
  const [nodes, options] = lab.ioredis
  const client = new Cluster(nodes.slice(0, 1), options)
  try {
    await work(client)
  } finally {
    client.disconnect()
  }
}

const clients = [
  ['node-redis', withNodeRedis],
  ['ioredis', withIoredis],
] as const

describe.each([
  ['TLS', { tls: true }],
  ['TLS and a password', { tls: true, password: 'open sesame' }],
  ['TLS that asks clients for a certificate', { tls: true, set: ['tls-auth-clients yes'] }],
  ['neither', {}],
])('a lab with %s', (_, options) => {
  let lab: Lab
  beforeAll(async () => {
    lab = await startLab({ redis, ...options })
  })
  afterAll(() => lab?.stop())

  test.each(clients)('%s writes and reads everywhere', async (_, withClient) => {
    await withClient(lab, async (client) => {
      await write(client)
      await expectAll(client)
    })
  })

  test('the shapes are as the clients’ own types want them, without a word more', async () => {
    const one = createCluster(lab.nodeRedis)
    await one.connect()
    const other = new Cluster(...lab.ioredis)
    try {
      await one.set('greeting', 'hello')
      expect(await other.get('greeting')).toBe('hello')
    } finally {
      one.destroy()
      other.disconnect()
    }
  })

  test('whoever connects to it has the same', async () => {
    const same = await connectLab(lab.name)
    expect(same.nodeRedis).toEqual(lab.nodeRedis)
    expect(same.ioredis).toEqual(lab.ioredis)
    expect(same.tls).toEqual(lab.tls)
    expect(same.urls).toEqual(lab.urls)
  })

  test.each(clients)('%s follows a failover', async (_, withClient) => {
    await withClient(lab, async (client) => {
      await write(client)
      await lab.failover('r1')
      await write(client)
      await expectAll(client)
    })
    await lab.reset()
  })

  test('a master that is killed is replaced, and all is well again', async () => {
    await lab.master(1).kill({ restart: false })
    expect(await lab.waitForFailover('m2')).toMatchObject({ demoted: 'm2' })
    const { undone } = await lab.reset()
    expect(undone.length).toBeGreaterThan(0)
    await lab.waitFor('full')
    expect(await lab.status()).toMatchObject({ state: 'running', ready: { level: 'full', reasons: [] } })
  })
})

describe('a lab that speaks TLS', () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await startLab({ redis, tls: true, replicas: 0 })
  })
  afterAll(() => lab?.stop())
  const access = (): Access => ({ ...(lab.tls && { tls: lab.tls }) })

  test('it says so in its addresses and where its certificates are', async () => {
    expect(lab.urls.every((url) => url.startsWith('rediss://127.0.0.1:'))).toBe(true)
    expect(lab.rootNodes.map(({ url }) => url)).toEqual(lab.urls)
    expect(lab.tls).toEqual((await lab.status()).tls)
    expect(readFileSync(lab.tls?.ca ?? '', 'utf8')).toMatch(/^-----BEGIN CERTIFICATE-----\n/)
  })

  test('who speaks plainly, or trusts others, gets nowhere', async () => {
    const { port } = lab.master()
    const plain = await NodeClient.connect(port, { timeoutMs: 20_000 })
    await expect(plain.call('PING')).rejects.toThrow()
    const refused = new Promise((_, reject) => connect({ port, host: '127.0.0.1' }).once('error', reject))
    await expect(refused).rejects.toThrow(/certificate/)
    const client = await NodeClient.connect(port, { access: access() })
    expect(await client.text('PING')).toBe('PONG')
    client.close()
  })

  test('it takes every TLS from 1.2 on, by any of its names, with a certificate or without', async () => {
    const ca = readFileSync(lab.tls?.ca ?? '')
    const shake = (how: object) =>
      new Promise((resolve, reject) => {
        const socket = connect({ port: lab.master().port, host: '127.0.0.1', ca, ...how }, () => {
          resolve(socket.getProtocol())
          socket.destroy()
        })
        socket.once('error', reject)
      })
    expect(await shake({})).toBe('TLSv1.3')
    expect(await shake({ maxVersion: 'TLSv1.2' })).toBe('TLSv1.2')
    expect(await shake({ servername: 'localhost' })).toBe('TLSv1.3')
  })

  test('its data is another lab’s beginning, with TLS or without', async () => {
    await withIoredis(lab, async (client) => void (await write(client)))
    await using seed = await lab.snapshot()
    for (const tls of [true, false]) {
      await using copy = await startLab({ redis, from: seed, tls })
      expect(copy.urls[0]).toMatch(tls ? /^rediss:/ : /^redis:/)
      await withNodeRedis(copy, expectAll)
    }
  })

  test('what a fixture sends to its workers is all that a client needs there', async () => {
    const { lab: shared, data } = await startShared({ redis, tls: true, replicas: 0 })
    try {
      const sent = JSON.parse(JSON.stringify(data)) as typeof data
      expect(sent).toMatchObject({ tls: shared.tls, urls: shared.urls })
      await withIoredis(sent, async (client) => void (await write(client)))
      await withNodeRedis(sent, expectAll)
    } finally {
      await shared.stop()
    }
  })
})
