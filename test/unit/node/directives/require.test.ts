/** What is said of a --set that a build does not know. That the table itself is right: test/node/directives.test.ts. */
import { expect, test } from 'vitest'
import { LabError } from '../../../../src/errors.js'
import { directivesOf, isComplete, type Version } from '../../../../src/node/directives/history.js'
import { requireDirectives } from '../../../../src/node/index.js'
import { parseDirective, type Directive } from '../../../../src/spec/index.js'

const read = (text: string): Directive => {
  const directive = parseDirective(text)
  if (typeof directive === 'string') throw new Error(directive)
  return directive
}

async function refusal(release: string, set: readonly string[], modules: readonly string[] = []) {
  const [engine, version] = release.split(' ')
  const build = { engine, version } as Version
  const error = await requireDirectives({ build, set: set.map(read), modules }).then(
    () => undefined,
    (thrown: unknown) => LabError.from(thrown),
  )
  return error && { code: error.code, message: error.message, hint: error.hint, details: error.details }
}

const sentences: [release: string, set: string, sentence: string, hint: RegExp][] = [
  [
    'redis 7.0.15',
    'cluster-ping-interval 100',
    'Redis 7.0.15 does not have it; it came with Redis 7.2',
    /--redis 7\.2$/,
  ],
  [
    'redis 6.2.1',
    'cluster-allow-replica-migration no',
    'Redis 6.2.1 does not have it; it came with Redis 6.2.2',
    /--redis 6\.2$/,
  ],
  [
    'redis 7.0.15',
    'gopher-enabled no',
    'Redis 7.0.15 does not have it any more; it went with Redis 7.0',
    /redis-lab versions/,
  ],
  [
    'redis 5.0.5',
    'availability-zone a',
    'Redis 5.0.5 does not have it; only Valkey has it, from 8.0 on',
    /--redis valkey@8\.0$/,
  ],
  ['valkey 8.0.1', 'mptcp yes', 'Valkey 8.0.1 does not have it; it came with Valkey 9.0', /--redis valkey@9\.0$/],
  ['valkey 9.1.2', 'lookahead 3', 'Valkey 9.1.2 does not have it; only Redis has it, from 8.4 on', /--redis 8\.4$/],
  ['redis 6.0.5', 'ignore-warnings x', 'Redis 6.0.5 does not have it; it came with Redis 6.0.10', /--redis 6\.0$/],
  [
    'redis 8.0.6',
    'maxmemroy 1mb',
    'no version of Redis or Valkey that is known here has a directive "maxmemroy"; did you mean maxmemory?',
    /redis\.conf/,
  ],
  [
    'redis 5.0.5',
    'quite-another-thing-altogether 1',
    'no version of Redis or Valkey that is known here has a directive "quite-another-thing-altogether"',
    /redis\.conf/,
  ],
]

test.each(sentences)('%s with --set "%s": %s', async (release, set, sentence, hint) => {
  expect(await refusal(release, [set])).toEqual({
    code: 'bad-input',
    message: `--set "${sentence.startsWith('no version') ? set.replace(/ .*/, ' …') : set}": ${sentence}`,
    hint: expect.stringMatching(hint) as string,
    details: [],
  })
})

test('of several all are named, with the release that has them all', async () => {
  const found = await refusal('redis 6.0.16', ['maxmemory 1mb', 'latency-tracking no', 'crash-log-enabled no'])
  expect(found?.details).toHaveLength(2)
  expect(found?.hint).toBe('Take a release that has them: --redis 7.0')
})

test('no one release is offered where none has them all', async () => {
  const found = await refusal('redis 7.0.15', ['availability-zone a', 'cluster-ping-interval 100'])
  expect(found?.details).toHaveLength(2)
  expect(found?.hint).not.toMatch(/--redis \d|valkey@/)
})

test.each([
  ['what every version has', 'redis 5.0.5', ['maxmemory 1mb', 'slave-priority 1', 'replica-priority 1']],
  ['what came in time', 'redis 7.2.0', ['cluster-ping-interval 100']],
  ['what has no effect any more', 'valkey 9.1.2', ['dynamic-hz no', 'lua-replicate-commands yes']],
  ['a name with an underscore', 'redis 6.2.16', ['server_cpulist 0']],
  ['a directive of a module', 'redis 7.0.15', ['search.timeout 5']],
  ['any name of a version that nobody has looked at', 'redis 8.8.0', ['maxmemroy 1mb']],
  ['what another version is known to have, where nobody has looked', 'redis 8.2.1', ['lookahead 3']],
  ['any name of a development version', 'redis 255.255.255', ['brand-new yes']],
])('%s is left to the server', async (_, release, set) => {
  expect(await refusal(release, set)).toBeUndefined()
})

test('from Redis 8.0 on a module may have directives without a dot; before, or without a module, it may not', async () => {
  const set = ['search-on-timeout fail']
  expect(await refusal('redis 8.0.6', set, ['a.so'])).toBeUndefined()
  expect(await refusal('redis 8.0.6', ['loadmodule /a.so', ...set])).toBeUndefined()
  expect(await refusal('redis 8.0.6', set)).toMatchObject({ code: 'bad-input' })
  expect(await refusal('redis 7.4.1', set, ['a.so'])).toMatchObject({ code: 'bad-input' })
})

test('a value that may be a secret is not repeated', async () => {
  const found = await refusal('redis 6.0.16', ['masterauht hunter2'])
  expect(found?.message).toContain('did you mean masterauth?')
  expect(JSON.stringify(found)).not.toContain('hunter2')
})

test('Valkey begins with what Redis 7.2 has', () => {
  const names = (engine: Version['engine'], version: string) => directivesOf({ engine, version }).sort()
  expect(names('valkey', '7.2.5')).toEqual(names('redis', '7.2.4'))
  expect(names('redis', '7.2.4')).not.toContain('gopher-enabled')
})

test.each<[Version['engine'], string, boolean]>([
  ['redis', '5.0.5', true],
  ['redis', '8.0.6', true],
  ['redis', '8.0.7', false],
  ['redis', '8.4.0', false],
  ['redis', '8.6.3', true],
  ['redis', '8.6.4', false],
  ['valkey', '8.0.1', true],
  ['valkey', '8.1.0', false],
  ['valkey', '9.1.2', true],
  ['valkey', '9.2.0', false],
])('that nothing is missing is said of %s %s: %s', (engine, version, complete) => {
  expect(isComplete({ engine, version })).toBe(complete)
})
