/** What is asked of masters in which order; that the result is a cut is shown with real servers in test/lab/snapshot.test.ts. */
import { expect, test } from 'vitest'
import type { Member } from '../../../../src/cluster/index.js'
import { cut } from '../../../../src/cluster/verbs/cut.js'
import { ConnectionError, ReplyError, type NodeClient } from '../../../../src/node/index.js'

const line = `${'a'.repeat(40)} 127.0.0.1:7001@17001 myself,master - 0 0 1 connected 0-5460`

function master(name: string, log: string[], answers: Record<string, unknown> = {}): Member {
  const known: Record<string, unknown> = { DBSIZE: 7, 'CLUSTER NODES': line, ...answers }
  const call = async (...words: (string | number)[]) => {
    const said = words.join(' ')
    log.push(`${name} ${said}`)
    const answer = known[said] ?? 'OK'
    if (answer instanceof Error) throw answer
    return answer
  }
  const client = { call, text: call } as unknown as NodeClient
  return {
    lab: 'default',
    name,
    port: 7001,
    state: 'running',
    client: async () => client,
    connectTo: async () => client,
  }
}

test('all pause before one forks, and all have forked before one goes on', async () => {
  const log: string[] = []
  const result = await cut([master('m1', log), master('m2', log)])
  expect(result).toMatchObject({
    whole: true,
    forks: [{ value: { keys: 7, slots: '0,5460' } }, { status: 'fulfilled' }],
  })
  const at = (pattern: RegExp) => log.flatMap((said, index) => (pattern.test(said) ? [index] : []))
  expect(Math.max(...at(/PAUSE \d+ WRITE/))).toBeLessThan(Math.min(...at(/BGSAVE/)))
  expect(Math.max(...at(/BGSAVE/))).toBeLessThan(Math.min(...at(/UNPAUSE/)))
  expect(at(/UNPAUSE/)).toHaveLength(2)
})

test('a master that cannot fork keeps nobody paused', async () => {
  const log: string[] = []
  const busy = new ReplyError('ERR Background save already in progress')
  const result = await cut([master('m1', log), master('m2', log, { BGSAVE: busy })])
  expect(result.forks).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected', reason: busy }])
  expect(log.filter((said) => said.endsWith('UNPAUSE'))).toHaveLength(2)
})

test('one that is gone when it is to pause ends it, and the others go on', async () => {
  const log: string[] = []
  const gone = new ConnectionError('gone')
  await expect(cut([master('m1', log), master('m2', log, { 'CLIENT PAUSE 5000 WRITE': gone })])).rejects.toBe(gone)
  expect(log).toContain('m1 CLIENT UNPAUSE')
  expect(log.filter((said) => said.endsWith('BGSAVE'))).toEqual([])
})

test('where writes alone cannot pause, one transaction pauses and forks', async () => {
  const log: string[] = []
  const refusal = new ReplyError('ERR syntax error')
  const old = { 'CLIENT PAUSE 5000 WRITE': refusal, 'CLIENT UNPAUSE': refusal }
  const ok = master('m1', log, { ...old, EXEC: ['OK', 7, line, 'Background saving started'] })
  const busy = new ReplyError('ERR Background save already in progress')
  const other = master('m2', log, { ...old, EXEC: ['OK', 7, line, busy] })
  const { forks } = await cut([ok, other])
  expect(forks).toMatchObject([{ value: { keys: 7, slots: '0,5460' } }, { status: 'rejected', reason: busy }])
  const words = log.filter((said) => said.startsWith('m1')).map((said) => said.slice(3))
  const inside = words.filter((said) => !['CLIENT PAUSE 5000 WRITE', 'CLIENT UNPAUSE'].includes(said))
  expect(inside).toEqual(['MULTI', 'CLIENT PAUSE 400', 'DBSIZE', 'CLUSTER NODES', 'BGSAVE', 'EXEC'])
})
