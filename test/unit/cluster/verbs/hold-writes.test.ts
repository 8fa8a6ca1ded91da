/** What is asked of a master; that nothing is lost by it is shown with real servers in test/matrix/failover.test.ts. */
import { expect, test } from 'vitest'
import type { Member } from '../../../../src/cluster/index.js'
import { WritePauses } from '../../../../src/cluster/pause-writes.js'
import { holdWrites } from '../../../../src/cluster/verbs/hold-writes.js'
import { ConnectionError, ReplyError, type NodeClient } from '../../../../src/node/index.js'

const pauses = () => new WritePauses(() => {})

function master(log: string[], answers: Record<string, unknown>): Member {
  const call = async (...words: (string | number)[]) => {
    const said = words.join(' ')
    log.push(said)
    const answer = answers[said] ?? 'OK'
    if (answer instanceof Error) throw answer
    return answer
  }
  const client = { call, text: call } as unknown as NodeClient
  return {
    lab: 'default',
    name: 'm1',
    port: 7001,
    state: 'running',
    client: async () => client,
    connectTo: async () => client,
  }
}

const info = 'role:master\r\nmaster_repl_offset:77\r\n'
const refusal = new ReplyError('ERR syntax error')

test('writes pause, it is asked how far it has come, and they go on', async () => {
  const log: string[] = []
  const hold = await holdWrites(master(log, { 'INFO replication': info }), pauses())
  expect(hold).toMatchObject({ offset: 77 })
  expect(hold.holds()).toBe(true)
  await hold.end()
  expect(log).toEqual(['CLIENT PAUSE 1000 WRITE', 'INFO replication', 'CLIENT UNPAUSE'])
})

test('where writes alone cannot pause, one transaction pauses and asks, and nobody tries to end it', async () => {
  const log: string[] = []
  const hold = await holdWrites(master(log, { 'CLIENT PAUSE 1000 WRITE': refusal, EXEC: ['OK', info] }), pauses())
  expect(hold).toMatchObject({ offset: 77 })
  await hold.end()
  expect(
    log
      .filter((said) => said !== 'CLIENT UNPAUSE')
      .slice(1)
      .sort(),
  ).toEqual(['CLIENT PAUSE 400', 'EXEC', 'INFO replication', 'MULTI'])
})

test('a master that does not say how far it has come is not held any longer', async () => {
  const log: string[] = []
  await expect(holdWrites(master(log, { 'INFO replication': 'nothing' }), pauses())).rejects.toThrow('does not say')
  expect(log.at(-1)).toBe('CLIENT UNPAUSE')
})

test('one that is gone is an error', async () => {
  const gone = new ConnectionError('gone')
  await expect(holdWrites(master([], { 'CLIENT PAUSE 1000 WRITE': gone }), pauses())).rejects.toBe(gone)
})
