import { expect, test } from 'vitest'
import { deferred } from '../../../src/util/deferred.js'

test('a promise is settled through its handles, the first time counts', async () => {
  const good = deferred<number>()
  good.resolve(1)
  good.reject(new Error('too late'))
  await expect(good.promise).resolves.toBe(1)
  const bad = deferred<number>()
  bad.reject(new Error('no'))
  bad.resolve(1)
  await expect(bad.promise).rejects.toThrow('no')
})
