/** What a reset goes back to is what the lab should have, and not what an operation has set for a moment. */
import { expect, test } from 'vitest'
import { TemporaryChanges } from '../../../src/cluster/index.js'
import type { RedisNode } from '../../../src/node/index.js'
import { recallBaseline, takeBaseline } from '../../../src/supervisor/baseline.js'
import { fakeCluster } from '../cluster/fake-cluster.js'
import { useTempDir } from '../support.js'

const temp = useTempDir()

test('a setting that is overridden at that moment is taken with its original value', async () => {
  const m1 = fakeCluster().node('m1')
  Object.assign(m1, { dir: temp('6001'), identity: { pid: 7, startTime: 'then' } })
  const values = new Map([
    ['hz', '10'],
    ['maxmemory', '0'],
  ])
  m1.answer('CONFIG GET *', () => [...values].flat())
  m1.answer('CONFIG GET', () => ['hz', values.get('hz') ?? ''])
  m1.answer('CONFIG SET', () => (values.set('hz', '500'), 'OK'))
  const temporary = new TemporaryChanges()
  const options = { dir: temp(), nodes: [m1 as unknown as RedisNode], user: undefined, temporary }
  await temporary.config.override([m1], 'hz', '500')
  const wanted = { hz: '10', maxmemory: '0' }
  expect((await takeBaseline(options)).get('m1')?.config).toEqual(wanted)
  expect((await recallBaseline(options)).get('m1')?.config).toEqual(wanted)
})
