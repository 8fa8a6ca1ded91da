import { expect, test } from 'vitest'
import { bootSettings, idleHz, putBack, toArgs } from '../../../../src/cluster/create/instant/settings.js'
import { TemporaryChanges, type Server } from '../../../../src/cluster/index.js'
import { useTempDir } from '../../support.js'
import { fakeCluster, type FakeNode } from '../fake-cluster.js'
import { foldersFor, leave, planOf } from './servers.js'

const temp = useTempDir()

/** A fake that is up, with a redis.conf in a folder. */
function running(conf: string, state = 'running'): { fake: FakeNode; server: Server } {
  const fake = fakeCluster().node('m1')
  fake.answer('CONFIG SET', () => 'OK')
  const [folder] = foldersFor(planOf(1, 0), temp())
  if (!folder) throw new Error('no folder')
  leave(folder, conf, 'redis.conf')
  return { fake, server: { ...folder, state, client: () => fake.client() } }
}

test('what must hold from the first moment goes on the command line', () => {
  expect(toArgs([{ name: 'hz', value: '500', fallback: '10' }])).toEqual(['--hz', '500'])
  expect(toArgs(bootSettings(6))).toEqual(['--hz', String(idleHz(6)), '--cluster-node-timeout', '60000'])
})

test('the more servers share the machine, the less each of them idles', () => {
  const rates = [1, 20, 200, 1000].map(idleHz)
  expect(rates).toEqual([...rates].sort((a, b) => b - a))
  expect(rates.every((hz) => hz >= 20 && hz <= 500)).toBe(true)
})

const config = () => new TemporaryChanges().config

test('everything is put back to what redis.conf says, or to the default', async () => {
  const { fake, server } = running('port 1\nHZ "30"\ncluster-node-timeout 100\ncluster-node-timeout 2000\n')
  await putBack(
    [server],
    () => [...bootSettings(6), { name: 'repl-diskless-load', value: 'x', fallback: 'disabled' }],
    config(),
  )
  expect(fake.asked).toEqual([
    'CONFIG SET hz 30',
    'CONFIG SET cluster-node-timeout 2000',
    'CONFIG SET repl-diskless-load disabled',
  ])
})

test('a server that refuses does not keep the others from having theirs', async () => {
  const [first, second] = [running(''), running('')]
  let refusing = true
  first.fake.answer('CONFIG SET', () => {
    if (refusing) throw new Error('NOPERM')
    return 'OK'
  })
  const settings = config()
  await putBack([first.server, second.server], () => bootSettings(6), settings)
  expect(second.fake.asked).toContain('CONFIG SET hz 10')
  // It gets its own as soon as it takes them.
  refusing = false
  await settings.settle()
  expect(first.fake.asked.slice(-2).sort()).toEqual(['CONFIG SET cluster-node-timeout 15000', 'CONFIG SET hz 10'])
  settings.close()
})

test('a server that is gone is not asked', async () => {
  const { fake, server } = running('', 'crashed')
  await putBack([server], () => bootSettings(6), config())
  expect(fake.asked).toEqual([])
})
