/** The slot of a key, as the server computes it. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { slotOf } from '../../src/cluster/index.js'
import { NodeClient } from '../../src/node/index.js'
import type { LabStatus } from '../../src/supervisor/index.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch('file')
let client: NodeClient
beforeAll(async () => {
  const lab = await scratch.json<LabStatus>('up', '--masters', '1', '--replicas', '0', '--port', 'auto')
  client = await NodeClient.connect(lab.nodes[0]?.port ?? 0)
})
afterAll(async () => {
  client.close()
  await scratch.run('down', '--purge')
})

test.each([
  '',
  'a',
  '{}',
  '{',
  '}',
  '{}b}',
  'a{}{b}c',
  '{a}b',
  'x{a}{b}',
  '{{a}}',
  'a}{b',
  '{é}ü',
  '日本{語}',
  '{a',
  'a{b}}c',
])('the slot of %j is that of CLUSTER KEYSLOT', async (key) =>
  expect(slotOf(key)).toBe(await client.call('CLUSTER', 'KEYSLOT', key)),
)

test('the slot of any key is that of CLUSTER KEYSLOT', async () => {
  const braces = fc.string({ unit: fc.constantFrom('{', '}', 'a', 'é', '😀'), maxLength: 12 })
  const key = fc.oneof(braces, fc.string({ unit: 'binary', maxLength: 30 }))
  await fc.assert(
    fc.asyncProperty(key, async (text) => {
      expect(slotOf(text)).toBe(await client.call('CLUSTER', 'KEYSLOT', text))
    }),
    { numRuns: 1000 },
  )
})
