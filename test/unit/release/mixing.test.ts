import { expect, test } from 'vitest'
import { canFollow, canTalk, readsDataOf, type Build } from '../../../src/release/index.js'

const read = (text: string): Pick<Build, 'engine' | 'version'> => {
  const [engine, version = ''] = text.split(' ')
  return { engine: engine === 'valkey' ? 'valkey' : 'redis', version }
}

/** What was tried: a master, and who could and who could not follow it. An older line of its own may lack its commands. */
const tried = [
  ['redis 5.0.5', ['redis 6.0.16', 'redis 7.0.15', 'redis 8.6.3', 'valkey 9.1.2'], []],
  ['redis 6.2.16', ['redis 6.2.17', 'valkey 7.2.7'], ['redis 5.0.14', 'redis 6.0.16']],
  ['redis 7.0.15', ['redis 7.2.6', 'redis 8.0.2', 'valkey 7.2.7', 'valkey 9.1.2'], ['redis 5.0.14', 'redis 6.2.16']],
  ['redis 7.2.6', ['redis 7.4.1', 'valkey 7.2.7', 'valkey 8.0.1', 'valkey 9.1.2'], ['redis 7.0.15']],
  ['redis 7.4.1', ['redis 8.0.6'], ['redis 7.2.6', 'valkey 8.0.1', 'valkey 9.1.2']],
  ['redis 8.0.6', ['redis 8.0.2', 'redis 8.6.3'], ['redis 7.4.1', 'redis 7.0.15', 'valkey 8.0.1', 'valkey 9.1.2']],
  ['redis 8.6.3', [], ['redis 8.0.6', 'redis 7.0.15', 'valkey 9.1.2']],
  ['valkey 8.0.1', ['redis 7.2.6', 'redis 8.0.6', 'valkey 9.1.2'], ['redis 7.0.15', 'valkey 7.2.7']],
  ['valkey 9.1.2', ['redis 7.2.6', 'redis 8.6.3'], ['valkey 7.2.7', 'valkey 8.0.1', 'redis 7.0.15', 'redis 6.2.16']],
] as const

test.each(tried)('%s is followed by those who were seen to follow it, and by no other', (master, can, cannot) => {
  expect(can.filter((replica) => !canFollow(read(replica), read(master)))).toEqual([])
  expect(cannot.filter((replica) => canFollow(read(replica), read(master)))).toEqual([])
})

test('what Valkey 9 writes down nobody else reads, though others can follow it', () => {
  expect(readsDataOf(read('redis 8.0.6'), read('valkey 9.1.2'))).toBe(false)
  expect(canFollow(read('redis 8.0.6'), read('valkey 9.1.2'))).toBe(true)
  expect(readsDataOf(read('valkey 9.1.2'), read('valkey 8.0.1'))).toBe(true)
})

test('what Redis 7.2 and 7.4 say, releases before 7.0 throw away', () => {
  for (const old of ['redis 5.0.14', 'redis 6.2.16']) {
    for (const loud of ['redis 7.2.6', 'redis 7.4.1']) {
      expect(canTalk(read(old), read(loud))).toBe(false)
      expect(canTalk(read(loud), read(old))).toBe(false)
    }
    for (const other of ['redis 7.0.15', 'redis 8.0.6', 'valkey 7.2.7', 'valkey 9.1.2'])
      expect(canTalk(read(old), read(other))).toBe(true)
  }
  expect(canTalk(read('redis 7.4.1'), read('redis 7.0.15'))).toBe(true)
})
