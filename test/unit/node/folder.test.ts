import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { logTail, refreshConf, writeNodeFolder, type ConfInput } from '../../../src/node/index.js'
import { useTempDir } from '../support.js'

const temp = useTempDir()
const confFile = () => temp('6001', 'redis.conf')
const conf = (value = '1mb'): ConfInput => ({
  lab: 'one',
  name: 'm1',
  port: 6001,
  dir: temp('6001'),
  build: { engine: 'redis', version: '8.0.6' },
  set: [{ name: 'maxmemory', value }],
})

test('the folder of a node is made with its redis.conf and nothing else', () => {
  writeNodeFolder(conf(), { rewrite: false })
  expect(readdirSync(temp('6001'))).toEqual(['redis.conf'])
  expect(readFileSync(confFile(), 'utf8')).toContain('maxmemory 1mb')
})

test('what a user wrote into redis.conf stays', () => {
  writeNodeFolder(conf(), { rewrite: false })
  writeFileSync(confFile(), 'port 6001\n# mine\n')
  writeNodeFolder(conf('2mb'), { rewrite: false })
  expect(readFileSync(confFile(), 'utf8')).toBe('port 6001\n# mine\n')
})

test('new directives write redis.conf anew, and the old text is kept beside it', () => {
  mkdirSync(temp('6001'))
  writeFileSync(confFile(), '# mine\n')
  writeNodeFolder(conf('2mb'), { rewrite: true })
  expect(readFileSync(confFile(), 'utf8')).toContain('maxmemory 2mb')
  expect(readFileSync(`${confFile()}.previous`, 'utf8')).toBe('# mine\n')
})

test('writing the same again moves nothing aside', () => {
  writeNodeFolder(conf(), { rewrite: true })
  writeNodeFolder(conf(), { rewrite: true })
  expect(existsSync(`${confFile()}.previous`)).toBe(false)
})

test('with another release a redis.conf becomes what that one knows, unless somebody has edited it', () => {
  const [before, now] = [{ ...conf(), build: { engine: 'redis', version: '6.0.16' } as const }, conf()]
  writeNodeFolder(before, { rewrite: false })
  expect(readFileSync(confFile(), 'utf8')).not.toContain('enable-debug-command')
  refreshConf(before, now)
  expect(readFileSync(confFile(), 'utf8')).toContain('enable-debug-command')
  writeFileSync(confFile(), '# mine\n')
  refreshConf(before, now)
  expect(readFileSync(confFile(), 'utf8')).toBe('# mine\n')
})

test('of the report of a crash the end of a log has the head, which says what has happened', async () => {
  mkdirSync(temp('6001'))
  const report = [
    '=== VALKEY BUG REPORT START: Cut & paste starting from here ===',
    '7:M 25 Nov 2026 22:01:30.281 # Guru Meditation: it went wrong #cluster.c:1043',
    '',
    '------ STACK TRACE ------',
    ...Array.from({ length: 300 }, (_, index) => `frame ${index}`),
    '=== VALKEY BUG REPORT END. Make sure to include from START to END. ===',
    '       Please report the crash by opening an issue',
  ]
  const before = '7:M 25 Nov 2026 22:01:30.200 * Running mode=cluster'
  const log = { dir: temp('6001'), logFromBytes: 0 }
  writeFileSync(temp('6001', 'redis.log'), [before, ...report, ''].join('\n'))
  expect(await logTail(log)).toEqual([before, report[0], report[1]])
  const again = '8:M 25 Nov 2026 22:01:31.000 * Configuration loaded'
  writeFileSync(temp('6001', 'redis.log'), [before, ...report, again, ''].join('\n'))
  expect(await logTail(log, 2)).toEqual([report.at(-1), again])
})

test('the end of a log is its last lines that are not empty; no log has none', async () => {
  mkdirSync(temp('6001'))
  const log = (logFromBytes: number) => ({ dir: temp('6001'), logFromBytes })
  expect(await logTail(log(0))).toEqual([])
  writeFileSync(temp('6001', 'redis.log'), 'one\ntwo\n\nthree\n')
  expect(await logTail(log(0), 3)).toEqual(['two', 'three'])
  expect(await logTail(log('one\n'.length)), 'of this run alone').toEqual(['two', 'three'])
})

test.each([
  ['nothing', () => ''],
  ['zeros', (text: string) => '\0'.repeat(text.length)],
  ['its beginning', (text: string) => text.slice(0, text.indexOf('bind'))],
])('a redis.conf of which a power failure left %s is written again', (_, cut) => {
  writeNodeFolder(conf(), { rewrite: false })
  const text = readFileSync(confFile(), 'utf8')
  writeFileSync(confFile(), cut(text))
  expect(writeNodeFolder(conf(), { rewrite: false })).toBe(true)
  expect(readFileSync(confFile(), 'utf8')).toBe(text)
  expect(readdirSync(temp('6001'))).toEqual(['redis.conf'])
})
