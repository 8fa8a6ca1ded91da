/** One owner for what is set on nodes for a while: overlapping users never take each other's value for the original. */
import { setImmediate as turn } from 'node:timers/promises'
import { beforeEach, expect, test } from 'vitest'
import { TemporaryChanges, type TemporaryRecord } from '../../../src/cluster/index.js'
import { deferred } from '../../../src/util/deferred.js'
import { fakeCluster, type FakeNode } from './fake-cluster.js'

const timeout = 'cluster-node-timeout'

/** A fake whose directives can be read and set, with a process of its own. */
class Configurable {
  readonly node: FakeNode
  readonly values = new Map([[timeout, '5000']])
  refuse: Error | undefined
  refuseToSet: Error | undefined
  #pid: number

  constructor(node: FakeNode) {
    this.node = node
    this.#pid = node.port
    this.#live()
    node.answer('CONFIG', () => {
      const [, verb, name = '', value = ''] = node.asked.at(-1)?.split(' ') ?? []
      if (this.refuse) throw this.refuse
      if (this.refuseToSet && verb === 'SET') throw this.refuseToSet
      if (verb === 'SET') this.values.set(name, value)
      const known = this.values.get(name)
      return verb === 'SET' ? 'OK' : known === undefined ? [] : [name, known]
    })
  }

  get timeout(): string | undefined {
    return this.values.get(timeout)
  }

  /** Another process, with the values of its redis.conf. */
  restart(conf: string): void {
    this.#pid++
    this.#live()
    this.values.set(timeout, conf)
  }

  #live(): void {
    Object.assign(this.node, { identity: { pid: this.#pid, startTime: 'then' } })
  }
}

let m1: Configurable
let m2: Configurable
let records: TemporaryRecord[]
let temporary: TemporaryChanges
beforeEach(() => {
  const cluster = fakeCluster()
  m1 = new Configurable(cluster.node('m1'))
  m2 = new Configurable(cluster.node('m2'))
  records = []
  temporary = new TemporaryChanges()
  temporary.recordTo((record) => records.push(record))
})

const override = (value: string, ...nodes: Configurable[]) =>
  temporary.config.override(
    nodes.map(({ node }) => node),
    timeout,
    value,
  )
const isSet = (node: Configurable) => temporary.config.has(node.node, timeout)

test('an override is put back to what the node had', async () => {
  m1.values.set(timeout, '1234')
  const release = await override('200', m1, m2)
  expect([m1.timeout, m2.timeout]).toEqual(['200', '200'])
  await release()
  await release()
  expect([m1.timeout, m2.timeout]).toEqual(['1234', '5000'])
  expect(isSet(m1)).toBe(false)
})

test.each([
  ['the first first', [0, 1], ['300', '5000']],
  ['the last first', [1, 0], ['200', '5000']],
])('of two overrides the newest counts, and the last one to end puts the original back: %s', async (_, order, seen) => {
  const releases = [await override('200', m1), await override('300', m1)]
  expect(m1.timeout).toBe('300')
  const values: unknown[] = []
  for (const index of order) {
    await releases[index]?.()
    values.push(m1.timeout)
  }
  expect(values).toEqual(seen)
})

test('two that begin in the same moment share one original', async () => {
  const [first, second] = await Promise.all([override('200', m1), override('300', m1)])
  await Promise.all([first(), second()])
  expect(m1.timeout).toBe('5000')
})

test('one that begins while another ends keeps its value', async () => {
  const first = await override('200', m1)
  const [, second] = await Promise.all([first(), override('300', m1)])
  expect(m1.timeout).toBe('300')
  await second()
  expect(m1.timeout).toBe('5000')
})

test('the original is recorded before anything is set, and the record is empty in the end', async () => {
  const seen: unknown[] = []
  temporary.recordTo((record) => {
    records.push(record)
    seen.push([m1.timeout, record.directives.length])
  })
  const release = await override('200', m1)
  expect(seen).toEqual([
    ['5000', 0],
    ['5000', 1],
  ])
  expect(records.at(-1)?.directives).toEqual([
    { node: 'm1', process: { pid: m1.node.port, startTime: 'then' }, name: timeout, original: '5000' },
  ])
  await release()
  await turn()
  expect(records.at(-1)).toEqual({ directives: [], pauses: [] })
})

test('what cannot be recorded is not set', async () => {
  temporary.recordTo(({ directives }) => {
    if (directives.length > 0) throw new Error('disk full')
  })
  await expect(override('200', m1)).rejects.toThrow('disk full')
  expect(m1.node.askedFor('CONFIG SET')).toEqual([])
})

test('a node that does not know the directive leaves the others as they were', async () => {
  m2.values.delete(timeout)
  await expect(override('200', m1, m2)).rejects.toThrow('m2 does not know the directive cluster-node-timeout')
  expect(m1.timeout).toBe('5000')
  expect(isSet(m1)).toBe(false)
})

test('one node that fails when it is set leaves none overridden', async () => {
  m2.refuseToSet = new Error('lost')
  await expect(override('200', m1, m2)).rejects.toThrow('lost')
  expect(m1.timeout).toBe('5000')
  temporary.close()
})

test('a node that was restarted meanwhile keeps the values of its redis.conf', async () => {
  const release = await override('200', m1)
  m1.restart('7000')
  const second = await override('300', m1)
  await release()
  expect(m1.timeout).toBe('300')
  await second()
  expect(m1.timeout).toBe('7000')
})

test('a node that is down needs nothing put back', async () => {
  const release = await override('200', m1)
  m1.node.state = 'crashed'
  await release()
  expect(m1.node.askedFor('CONFIG SET')).toEqual([`CONFIG SET ${timeout} 200`])
  expect(temporary.config.pending()).toEqual([])
})

test('what a node does not take now stays recorded, and is put back later', async () => {
  const release = await override('200', m1)
  m1.refuse = new Error('no answer')
  await release()
  expect(temporary.config.pending()).toMatchObject([{ node: 'm1', original: '5000' }])
  m1.refuse = undefined
  await expect.poll(() => m1.timeout).toBe('5000')
  expect(temporary.config.pending()).toEqual([])
})

test('a paused node is not asked until it was resumed', async () => {
  const release = await override('200', m1)
  m1.node.state = 'paused'
  await release()
  const asked = m1.node.asked.length
  Object.assign(m1.node, { observe: () => void (m1.node.state = 'running') })
  expect(m1.node.asked).toHaveLength(asked)
  await expect.poll(() => m1.timeout).toBe('5000')
})

test('an override that follows one which could not be put back has the same original', async () => {
  const release = await override('200', m1)
  m1.refuse = new Error('no answer')
  await release()
  m1.refuse = undefined
  const next = await override('300', m1)
  expect(m1.timeout).toBe('300')
  await next()
  expect(m1.timeout).toBe('5000')
})

test('what an earlier owner has left is put back, where it is the same process', async () => {
  m1.values.set(timeout, '200')
  m2.values.set(timeout, '200')
  const process = { pid: m1.node.port, startTime: 'then' }
  const left = (node: string) => ({ node, process, name: timeout, original: '1000' })
  await temporary.putBack({ directives: [left('m1'), left('m2'), left('gone')], pauses: [] }, [m1.node, m2.node])
  expect([m1.timeout, m2.timeout]).toEqual(['1000', '200'])
})

test('what somebody else has put right is not due any more', async () => {
  const release = await override('200', m1)
  m1.refuse = new Error('no answer')
  await release()
  temporary.config.forget(m1.node, timeout)
  m1.refuse = undefined
  await temporary.config.settle()
  expect(m1.timeout).toBe('200')
})

test('what a node has but for its overrides is known while it has them', async () => {
  const release = await override('200', m1)
  expect(temporary.config.originalsOf(m1.node)).toEqual({ [timeout]: '5000' })
  expect(temporary.config.originalsOf(m2.node)).toEqual({})
  await release()
  expect(temporary.config.originalsOf(m1.node)).toEqual({})
})

test('an override that is active is not forgotten', async () => {
  const release = await override('200', m1)
  temporary.config.forget(m1.node, timeout)
  await release()
  expect(m1.timeout).toBe('5000')
})

test('when the lab goes down nothing is put back any more', async () => {
  const release = await override('200', m1)
  temporary.close()
  await release()
  expect(m1.timeout).toBe('200')
})

test('a slow first read holds nobody up for good: later users wait for the same answer', async () => {
  const slow = deferred<void>()
  const client = m1.node.client.bind(m1.node)
  let calls = 0
  Object.assign(m1.node, { client: async () => (calls++ === 0 && (await slow.promise), client()) })
  const both = Promise.all([override('200', m1), override('300', m1)])
  slow.resolve()
  const [first, second] = await both
  await second()
  await first()
  expect(m1.timeout).toBe('5000')
})
