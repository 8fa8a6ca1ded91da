/** redis-lab logs */
import { beforeAll, afterAll, expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { ask } from '../support/ask.js'
import { nodeOf, small } from '../support/lab.js'
import { useScratch } from '../support/scratch.js'
import { watch } from '../support/watch.js'

const scratch = useScratch('file')
let lab: LabStatus
beforeAll(async () => {
  lab = await scratch.json<LabStatus>('up', ...small)
})
afterAll(async () => {
  await scratch.run('down', '--purge')
})

const linesOf = async (...args: string[]) => {
  const { code, stdout, stderr } = await scratch.run('logs', ...args)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout.split('\n').slice(0, -1)
}

test('the log of one node is as Redis wrote it', async () => {
  const lines = await linesOf('m2')
  expect(lines.some((line) => /Ready to accept connections( tcp)?$/.test(line))).toBe(true)
  expect(lines.every((line) => !line.includes(' | '))).toBe(true)
  expect(await linesOf(String(nodeOf(lab, 'm2').port))).toEqual(lines)
})

test('the logs of all nodes come with the name of the node on each line', async () => {
  const lines = await linesOf()
  expect(new Set(lines.map((line) => line.slice(0, 5)))).toEqual(new Set(['m1 | ', 'm2 | ', 'm3 | ']))
})

test('--tail limits what is shown of each log', async () => {
  const all = await linesOf('m1', '--tail', '1000')
  expect(await linesOf('m1', '--tail', '2')).toEqual(all.slice(-2))
  expect(await linesOf('m1', '--tail', '0')).toEqual([])
  expect(await linesOf('--tail', '1')).toHaveLength(3)
})

test('"supervisor" is the log of what happened to the lab', async () => {
  const lines = await linesOf('supervisor', '--tail', '1000')
  const types = lines.map((line) => (JSON.parse(line) as { type: string }).type)
  expect(types[0]).toBe('lab-starting')
  expect(types).toEqual(expect.arrayContaining(['node-started', 'node-listening']))
  expect(types.at(-1)).toBe('lab-ready')
})

test('-f goes on with what the servers write, until Ctrl-C ends it with exit code 0', async () => {
  const follower = watch(scratch.start(['logs', '-f', '--tail', '1']))
  await follower.says(/m1 \| /)
  await ask(nodeOf(lab, 'm3').port, 'BGREWRITEAOF')
  await follower.says(/^m3 \| .*append only file rewriting started/m)
  follower.kill('SIGINT')
  expect(await follower.ended).toMatchObject({ code: 0, stderr: '' })
})

test('-f of one node shows that node alone', async () => {
  const follower = watch(scratch.start(['logs', 'm1', '--follow', '--tail', '1']))
  await follower.says(/./)
  await ask(nodeOf(lab, 'm2').port, 'BGREWRITEAOF')
  await ask(nodeOf(lab, 'm1').port, 'BGREWRITEAOF')
  await follower.says(/Background AOF rewrite finished successfully/)
  follower.kill('SIGTERM')
  const { code, stdout } = await follower.ended
  expect(code).toBe(0)
  expect(stdout.match(/rewriting started/g)).toHaveLength(1)
})

test('a reader that has seen enough ends the command without a word', async () => {
  const child = scratch.start(['logs', '-f', '--tail', '1'])
  const follower = watch(child)
  await follower.says(/m1 \| /)
  child.stdout?.destroy()
  await ask(nodeOf(lab, 'm1').port, 'BGREWRITEAOF')
  expect(await follower.ended).toMatchObject({ code: 0, stderr: '' })
})

test('the logs of a lab that is down can still be read', async () => {
  await scratch.json('down')
  expect((await linesOf('m1')).at(-1)).toMatch(/ready to exit, bye bye/)
  const [last] = await linesOf('supervisor', '--tail', '1')
  expect(last).toContain('"type":"lab-stopped"')
})

test('a node that the lab does not have is refused with those that it has', async () => {
  const { code, stdout, stderr } = await scratch.run('logs', 'm7')
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/has no node "m7"\n.*m1 \(\d+\), m2 \(\d+\), m3 \(\d+\)\n$/)
})
