/** Forming borrows a few settings, and a user finds none of them changed. */
import { appendFileSync } from 'node:fs'
import path from 'node:path'
import { expect, inject, test } from 'vitest'
import { RedisNode } from '../../src/node/index.js'
import { nodeFiles } from '../../src/paths.js'
import { directive } from '../support/ask.js'
import { useScratch } from '../support/scratch.js'
import { folders, Group, type GroupOptions } from './group.js'

const scratch = useScratch('file')
const newFolder = folders(() => scratch.dir)

const borrowed = ['hz', 'cluster-node-timeout', 'repl-diskless-sync', 'repl-diskless-load']

/** Redis has had it since 6.0. */
const disklessLoad = inject('build').version.startsWith('5.') ? [] : ['repl-diskless-load swapdb']

const settingsOf = (ports: readonly number[]) =>
  Promise.all(ports.map((port) => Promise.all(borrowed.map((name) => directive(port, name)))))

const portsOf = (group: Group) => group.servers.map(({ port }) => port)

/** What a server that was simply started with the same redis.conf says. */
async function plainSettings(options: Omit<GroupOptions, 'dir' | 'masters' | 'replicas'>, edit?: string) {
  await using group = await Group.plan({ ...options, dir: newFolder(), masters: 1, replicas: 0 })
  const m1 = group.server('m1')
  if (edit) appendFileSync(nodeFiles.conf(m1.dir), edit)
  m1.start()
  await m1.listening({ deadline: Date.now() + 30_000 })
  return await settingsOf([m1.port])
}

const expectPlain = async (group: Group, set: readonly string[] = [], edit?: string) => {
  const [plain] = await plainSettings({ set }, edit)
  expect(await settingsOf(portsOf(group))).toEqual(group.servers.map(() => plain))
}

test.each([
  ['with the template alone', []],
  ['with --set', ['hz 50', 'cluster-node-timeout 2000']],
  ['with other ways to synchronise', ['repl-diskless-sync no', ...disklessLoad]],
])('after forming, every server has the settings of its redis.conf %s', async (_, set) => {
  await using group = await Group.plan({ dir: newFolder(), masters: 3, replicas: 1, set })
  const before = group.confs()
  await group.form('instant')
  await expectPlain(group, set)
  expect(group.confs()).toEqual(before)
})

test('a redis.conf that was edited by hand counts, however its directives are spelled', async () => {
  await using group = await Group.plan({ dir: newFolder(), masters: 2, replicas: 1 })
  const edit = 'HZ "40"\nCluster-Node-Timeout   3000\n'
  for (const { dir } of group.servers) appendFileSync(nodeFiles.conf(dir), edit)
  await group.form('instant')
  expect(await directive(group.server('m1').port, 'hz')).toBe('40')
  await expectPlain(group, [], edit)
})

test('they are put back when the cluster never takes a write', async () => {
  await using group = await Group.plan({ dir: newFolder(), masters: 2, replicas: 0, set: ['min-replicas-to-write 1'] })
  await expect(group.form('instant')).rejects.toMatchObject({ code: 'not-ready' })
  await expectPlain(group)
})

test('they are put back when forming is cut off in the middle', async () => {
  await using group = await Group.plan({ dir: newFolder(), masters: 2, replicas: 1 })
  const interruption = new AbortController()
  group.onEvent = (event) => {
    if (event.type === 'node-listening' && event.node === 'r1') interruption.abort(new Error('cut off'))
  }
  const forming = group.form('instant', { signal: interruption.signal })
  await expect(forming).rejects.toThrow('cut off')
  expect(group.server('m1').state).toBe('running')
  expect(group.server('r1').state).toBe('running')
  const [plain] = await plainSettings({})
  expect(await settingsOf(['m1', 'm2', 'r1'].map((name) => group.server(name).port))).toEqual([plain, plain, plain])
})

test('a server that is started again knows nothing of the forming', async () => {
  await using group = await Group.plan({ dir: newFolder(), masters: 1, replicas: 0 })
  await group.form('instant')
  const { name, port, dir } = group.server('m1')
  await group.server('m1').stop()
  const again = new RedisNode({
    lab: 'group',
    name,
    port,
    dir,
    build: inject('build'),
    emit: () => {},
    onCrash: () => {},
  })
  again.start()
  await again.listening({ deadline: Date.now() + 30_000 })
  const settings = await settingsOf([port])
  await again.stop()
  expect(settings).toEqual(await plainSettings({}))
  expect(path.dirname(dir)).toBe(group.dir)
})
