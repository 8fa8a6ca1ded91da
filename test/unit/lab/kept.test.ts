/** A lab that is kept and whose programs are gone. */
import { expect, test } from 'vitest'
import { keptRecord } from '../../../src/lab/record.js'
import { resolveLab } from '../../../src/spec/index.js'
import { sampleRecord } from '../samples.js'

const kept = (redis: string | undefined) => {
  const record = sampleRecord()
  return { ...record, spec: { ...record.spec, redis } }
}
const build = (version: string) => ({ ...sampleRecord().build, version, server: '/new/redis-server' })

test.each([
  ['8.0', '8.0.6'],
  ['latest', '8.0.6'],
  ['8.0.6', '8.0.6'],
  ['distro', 'distro'],
  [undefined, undefined],
])('made with --redis %s it asks for %s again, whatever is newer by now', async (redis, asked) => {
  const wishes: unknown[] = []
  const record = await keptRecord(kept(redis), resolveLab({}, {}), async (spec) => {
    wishes.push(spec.redis)
    return build('8.0.6')
  })
  expect(wishes).toEqual([asked])
  expect(record).toMatchObject({ build: build('8.0.6'), spec: { redis } })
})

test('another version than it was made with is refused', async () => {
  const attempt = keptRecord(kept('distro'), resolveLab({}, {}), async () => build('8.0.7'))
  await expect(attempt).rejects.toMatchObject({ code: 'lab-differs' })
})
