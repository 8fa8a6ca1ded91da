import { expect, test } from 'vitest'
import { ConnectionError } from '../../../src/node/index.js'
import { Operations } from '../../../src/supervisor/operations.js'
import { deferred } from '../../../src/util/deferred.js'
import { thrownBy } from '../support.js'

const later = () => Date.now() + 60_000

test('operations take turns, in the order in which they were asked for, whatever became of those before', async () => {
  const operations = new Operations('default')
  const log: string[] = []
  const first = deferred<void>()
  const one = operations.inTurn('the first', later(), async () => {
    log.push('first begins')
    await first.promise
    log.push('first ends')
    throw new Error('it failed')
  })
  const two = operations.inTurn('the second', later(), async () => void log.push('second'))
  first.resolve()
  await expect(one).rejects.toThrow('it failed')
  await two
  expect(log).toEqual(['first begins', 'first ends', 'second'])
})

test('one whose turn does not come before its deadline does not begin, and says what it waited for', async () => {
  const operations = new Operations('default')
  const first = deferred<void>()
  const one = operations.inTurn('the reset', later(), () => first.promise)
  let begun = false
  const late = await thrownBy(() =>
    operations.inTurn('the failover of r1', Date.now(), async () => void (begun = true)),
  )
  expect(late).toMatchObject({
    code: 'wrong-state',
    message: 'the failover of r1 was not begun: the reset is still under way',
  })
  // Those behind it still wait for the first.
  const log: string[] = []
  const three = operations.inTurn('the snapshot', later(), async () => void log.push('third'))
  first.resolve()
  await one.then(() => log.push('first'))
  await three
  expect(log).toEqual(['first', 'third'])
  expect(begun).toBe(false)
})

test('idle waits for what changes nodes, and not for what only waits', async () => {
  const operations = new Operations('default')
  const [change, wait] = [deferred<void>(), deferred<void>()]
  const changing = operations.run('the stop of m1', () => change.promise)
  const waiting = operations.wait('the wait for "full"', () => wait.promise)
  let idle = false
  const whenIdle = operations.idle().then(() => (idle = true))
  await Promise.resolve()
  expect(idle).toBe(false)
  change.resolve()
  await Promise.all([changing, whenIdle])
  wait.resolve()
  await waiting
})

test('when the lab is taken down each is answered at once with one sentence, also those whose turn has not come', async () => {
  const operations = new Operations('default')
  const never = () => new Promise<never>(() => {})
  const all = [
    operations.inTurn('the failover of r1', later(), never),
    operations.inTurn('the reset', later(), never),
    operations.run('the restart of m2', never),
    operations.wait('the upgrade', async (signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      throw new Error('read ECONNRESET')
    }),
  ].map((operation) => thrownBy(() => operation))
  operations.close('redis-lab down')
  operations.close('another reason')
  expect(await Promise.all(all)).toMatchObject(
    ['the failover of r1', 'the reset', 'the restart of m2', 'the upgrade'].map((what) => ({
      code: 'interrupted',
      message: `${what} was interrupted: the lab was taken down (redis-lab down)`,
    })),
  )
})

test('a node that does not answer is told as such, and not as a defect', async () => {
  const lost = async () => Promise.reject(new ConnectionError('no answer within 3000 ms'))
  expect(await thrownBy(() => new Operations('default').run('the failover of r1', lost))).toMatchObject({
    code: 'not-ready',
    message: 'the failover of r1 was given up, because a node did not answer: no answer within 3000 ms',
  })
})

test('what is over before the lab is taken down keeps its answer', async () => {
  const operations = new Operations('default')
  const answer = operations.run('the stop of m1', async () => 'stopped')
  await operations.idle()
  operations.close('redis-lab down')
  expect(await answer).toBe('stopped')
})
