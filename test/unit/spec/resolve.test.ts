import path from 'node:path'
import { expect, test } from 'vitest'
import { LabError } from '../../../src/errors.js'
import { parseOptions, labShape, resolveLab, type LabOptions } from '../../../src/spec/index.js'
import { thrownBy } from '../support.js'

const spec = (options: LabOptions, env = {}) => resolveLab(options, env).spec

/** What resolving these options complains about, a sentence each. */
function problems(options: Record<string, unknown>, env = {}): readonly string[] {
  try {
    resolveLab(options, env)
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    expect(error).toMatchObject({ code: 'bad-input', exitCode: 2, hint: expect.any(String) as string })
    return error.details.length > 0 ? error.details : [error.message]
  }
  return []
}

test('a lab that nobody said anything about has the defaults, and nothing is given', () => {
  const { spec, given } = resolveLab({}, {})
  expect(spec).toEqual({
    masters: 3,
    replicas: 1,
    port: 6001,
    name: 'default',
    redis: undefined,
    malloc: 'libc',
    tls: false,
    dir: undefined,
    set: [],
    modules: [],
    redisFor: {},
    creator: undefined,
    wait: 'full',
    timeout: 60_000,
    restart: true,
    ephemeral: false,
  })
  expect(given).toEqual(new Set())
})

test('what is said comes before the environment, and the environment before the default', () => {
  const env = { REDIS_LAB_NAME: 'from-env', REDIS_LAB_REDIS: '7.2.10' }
  expect(spec({}, env)).toMatchObject({ name: 'from-env', redis: '7.2.10' })
  expect(spec({ name: 'said' }, env)).toMatchObject({ name: 'said', redis: '7.2.10' })
  expect(spec({ name: undefined }, env).name).toBe('from-env')
})

test('an empty variable says nothing', () => expect(spec({}, { REDIS_LAB_NAME: '' }).name).toBe('default'))

test('what was given is told apart from what was filled in, the environment included', () => {
  const { given } = resolveLab({ masters: 3, set: undefined }, { REDIS_LAB_NAME: 'x' })
  expect(given).toEqual(new Set(['masters', 'name']))
})

test('a folder becomes absolute', () => expect(spec({ dir: 'here' }).dir).toBe(path.resolve('here')))

test('directives are taken apart', () => {
  expect(spec({ set: ['maxmemory 1mb', 'save 1 2'] }).set).toEqual([
    { name: 'maxmemory', value: '1mb' },
    { name: 'save', value: '1 2' },
  ])
})

test.each([
  ['90s', 90_000],
  ['2m', 120_000],
  ['1.5 s', 1500],
  ['1d', 86_400_000],
  [250, 250],
])('a timeout of %j is %i milliseconds', (timeout, timeoutMs) => expect(spec({ timeout }).timeout).toBe(timeoutMs))

test.each([[''], ['soon'], ['-1s'], ['25h'], ['9'.repeat(200)], [0], [-1], [true]])(
  'a timeout of %j is refused in a sentence',
  (timeout) => {
    expect(problems({ timeout })).toEqual([
      `--timeout takes a time such as 90s or 2m, at most a day, not ${JSON.stringify(timeout)}`,
    ])
  },
)

test.each([
  [{ masters: 'x' }, '--masters takes a whole number from 1 to 1000, not "x"'],
  [{ masters: 2.5 }, '--masters takes a whole number from 1 to 1000, not 2.5'],
  [{ replicas: -1 }, '--replicas takes a whole number from 0 to 100, not -1'],
  [{ port: 60000 }, '--port takes a port from 1 to 55535 (the cluster bus needs port + 10000), or "auto", not 60000'],
  [
    { name: '../x' },
    '--name takes a name of letters, digits, "-" and "_", at most 63, that begins with a letter or digit, not "../x"',
  ],
  [{ redis: 'a\nb' }, '--redis takes a version, "latest", an address, a path, "system" or "distro", not "a\\nb"'],
  [{ creator: 'magic' }, '--creator takes "instant" or "redis-cli", not "magic"'],
  [{ wait: 'none' }, '--wait takes "alive", "agreed", "ok", "replicas" or "full", not "none"'],
  [{ set: ['a b\nport 1'] }, '--set "a b\\nport 1": must be a single line without control characters'],
  [{ set: ['dir /x'] }, '--set "dir /x": "dir" belongs to the lab: folders are chosen with --dir'],
  [{ set: ['nonsense'] }, '--set "nonsense": takes a directive and its value, such as "maxmemory 100mb"'],
  [{ set: ['bind ::1'] }, '--set "bind ::1": a "bind" must keep 127.0.0.1, where the lab itself reaches its nodes'],
  [{ set: 'maxmemory 1mb' }, '--set takes a directive and its value, not "maxmemory 1mb"'],
  [{ slaves: 1 }, 'there is no option "slaves"'],
])('%j is refused with one sentence', (options, sentence) => expect(problems(options)).toEqual([sentence]))

test('a name of 63 characters is the longest', () => {
  expect(spec({ name: 'a'.repeat(63) }).name).toHaveLength(63)
  expect(problems({ name: 'a'.repeat(64) })).toHaveLength(1)
})

test.each(['', '.', '..', '-x', 'a/b', 'a b', 'a\0', 'ä'])('%j is no name of a lab', (name) => {
  expect(problems({ name })).toHaveLength(1)
})

test('a bad value in the environment is refused like a given one', () => {
  expect(problems({}, { REDIS_LAB_NAME: '../x' })[0]).toMatch(/^--name takes .* not "\.\.\/x"$/)
})

test('every problem is told at once', () => {
  const found = problems({ masters: 'x', replicas: -1, port: 0, set: ['a', 'port 1'], one: 1, two: 2 })
  expect(found.map((sentence) => sentence.split(' ').slice(0, 2).join(' '))).toEqual([
    '--masters takes',
    '--replicas takes',
    '--port takes',
    '--set "a":',
    '--set "port',
    'there is',
    'there is',
  ])
})

test.each([
  [{ masters: 2, creator: 'redis-cli' }, '--creator redis-cli needs at least 3 masters, not 2'],
  [
    { masters: 900, port: 1000 },
    '--masters 900 with --replicas 1: 1800 nodes are more than the 1000 a cluster is made for',
  ],
  [
    { port: 55_531 },
    '--port 55531: 6 nodes from there on would go past 55535, the last port that leaves room for the cluster bus',
  ],
  [{ ephemeral: true, dir: '/x' }, '--ephemeral makes its own folder, so --dir cannot choose one'],
])('%j contradicts itself', (options, sentence) => expect(problems(options)).toEqual([sentence]))

test('the last block of ports that leaves room for the bus is allowed', () => {
  expect(spec({ port: 55_530 }).port).toBe(55_530)
  expect(spec({ port: 'auto' }).port).toBe('auto')
})

test('contradictions are told together', () => {
  expect(problems({ masters: 1, creator: 'redis-cli', port: 55_535, ephemeral: true, dir: '/x' })).toHaveLength(3)
})

test('only the options of a command are its options', () => {
  expect(() => parseOptions({ name: labShape.name }, { name: 'x', masters: 3 })).toThrow('there is no option "masters"')
})

const withFile = (values: Record<string, unknown>, options: LabOptions = {}, presets?: LabOptions) =>
  resolveLab(options, {}, { file: { path: '/p/c.json', values }, presets })

test('what flags and a file say wrong is told at once', () => {
  expect(() => withFile({ masters: 0 }, { replicas: -1 })).toThrow(
    expect.objectContaining({
      details: [
        '--replicas takes a whole number from 0 to 100, not -1',
        '/p/c.json: masters takes a whole number from 1 to 1000, not 0',
      ],
    }) as Error,
  )
})

test('where options contradict each other, those of a file are told with it', () => {
  expect(() => withFile({ creator: 'redis-cli' }, { masters: 2 })).toThrow(
    '--creator redis-cli needs at least 3 masters, not 2 (/p/c.json: creator)',
  )
  expect(() => withFile({ dir: '/x', ephemeral: true })).toThrow(
    '--ephemeral makes its own folder, so --dir cannot choose one (/p/c.json: dir, /p/c.json: ephemeral)',
  )
})

test('of a folder and --ephemeral, the one that is said takes the place of the one in a file', () => {
  expect(withFile({ dir: '/x' }, { ephemeral: true })).toMatchObject({
    spec: { dir: undefined, ephemeral: true },
    given: new Set(['ephemeral']),
  })
  expect(withFile({ ephemeral: true }, { dir: '/x' }).spec).toMatchObject({ dir: '/x', ephemeral: false })
  expect(withFile({ dir: '/x' }, { ephemeral: false }).spec).toMatchObject({ dir: '/x', ephemeral: false })
})

test('who has the place of a lab preset has its folder preset, too', () => {
  const values = { name: 'x', port: 7001, dir: '/x', ephemeral: false, masters: 4 }
  const presets = { name: 'test-1', port: 'auto', ephemeral: true } as const
  const { spec, given } = withFile(values, {}, presets)
  expect(spec).toMatchObject({ ...presets, dir: undefined, masters: 4 })
  expect(given).toEqual(new Set(['masters']))
})

test('modules are taken apart, and their files are whole paths', () => {
  expect(spec({ modules: ['x.so:a "b c"', { file: '/a:b.so' }, { file: '/c.so', args: ['a\nb'] }] }).modules).toEqual([
    { file: path.resolve('x.so'), args: ['a', 'b c'] },
    { file: '/a:b.so', args: [] },
    { file: '/c.so', args: ['a\nb'] },
  ])
})

const takesModule = '--module takes the file of a module and, behind a colon, its arguments, not '
test.each([
  ['x.so', `${takesModule}"x.so"`],
  [[5], `${takesModule}5`],
  [[{ file: '' }], `${takesModule}""`],
  [[{ file: '/x', arg: 1 }], `${takesModule}{"file":"/x","arg":1}`],
  [['x.so:"a'], '--module "x.so:\\"a": has a quote that is not closed, or something right behind a closing one'],
  [[{ file: '/a\nb' }], '--module {"file":"/a\\nb"}: must be a single line without control characters'],
])('modules %j are refused with one sentence', (modules, sentence) => {
  expect(problems({ modules })).toEqual([sentence])
})

test('a password that was meant for --set is not in the sentence that refuses it', async () => {
  const file = { path: '/x/redis-lab.config.json', values: { set: ['masterauth geheim'], password: ['geheim'] } }
  const error = LabError.from(await thrownBy(() => resolveLab({ set: ['requirepass geheim'] }, {}, { file })))
  expect(error.details).toHaveLength(3)
  expect(JSON.stringify(error)).not.toContain('geheim')
})

test('a password and an ACL file exclude each other, and one that is said takes the place of the other in the file', async () => {
  const error = LabError.from(await thrownBy(() => resolveLab({ acl: 'x' }, { REDIS_LAB_PASSWORD: 'geheim' })))
  expect(error.message).toMatch(/^--password .*--acl exclude each other/)
  expect(JSON.stringify(error)).not.toContain('geheim')
  const withAcl = { path: '/x/redis-lab.config.json', values: { acl: '/x/users.acl' } }
  const said = resolveLab({}, { REDIS_LAB_PASSWORD: 'geheim' }, { file: withAcl }).spec
  expect(said).toMatchObject({ password: 'geheim', acl: undefined })
  const withPassword = { path: '/x/redis-lab.config.json', values: { password: 'geheim' } }
  expect(resolveLab({ acl: '/y' }, {}, { file: withPassword }).spec).toMatchObject({ acl: '/y' })
  expect(resolveLab({ acl: '/y' }, {}, { file: withPassword }).spec.password).toBeUndefined()
})
