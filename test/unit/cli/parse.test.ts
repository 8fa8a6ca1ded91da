import { expect, test } from 'vitest'
import { commands } from '../../../src/cli/commands.js'
import { parseArgv } from '../../../src/cli/parse.js'
import { LabError } from '../../../src/errors.js'
import { thrownBy } from '../support.js'
import { captureOutput } from '../view/output.js'

const output = captureOutput()
const parse = (...argv: string[]) => {
  const parsed = parseArgv(argv, '1.2.3')
  return parsed && { command: parsed.command.name, ...parsed.invocation }
}
const refusal = (...argv: string[]) => thrownBy(() => parse(...argv))

test.each(commands.map(({ name, args }) => [name, args?.startsWith('<') ? ['m1'] : []] as const))(
  '%s without an option says nothing: defaults are filled in later',
  (name, args) => {
    expect(parse(name, ...args)).toEqual({ command: name, said: {}, args, rest: [] })
  },
)

test('several nodes are several arguments, and none is too few', async () => {
  expect(parse('kill', 'm1', '6002', '--no-restart')).toEqual({
    command: 'kill',
    said: { restart: false },
    args: ['m1', '6002'],
    rest: [],
  })
  expect(await refusal('kill')).toMatchObject({ code: 'bad-input', message: "missing required argument 'nodes'" })
})

test('numbers are read, texts stay texts, switches are true', () => {
  expect(
    parse('up', '--masters', '5', '--port', 'auto', '--timeout', '90s', '--name', '7', '--ephemeral', '--json')?.said,
  ).toEqual({ masters: 5, port: 'auto', timeout: '90s', name: '7', ephemeral: true, json: true })
})

test('what is no number stays as it was typed, for the sentence that refuses it', () => {
  expect(parse('up', '--masters', 'x', '--replicas', '-1')?.said).toEqual({ masters: 'x', replicas: -1 })
})

test('--set may be repeated, and keeps its order', () => {
  expect(parse('up', '--set', 'save 1 2', '--set=maxmemory 1mb')?.said).toEqual({ set: ['save 1 2', 'maxmemory 1mb'] })
})

test('one parse does not remember another', () => {
  parse('up', '--set', 'save 1 2')
  expect(parse('up', '--set', 'save 3 4')?.said).toEqual({ set: ['save 3 4'] })
})

test('-f is --follow, before the node or after it', () => {
  const expected = { command: 'logs', said: { follow: true, tail: 5 }, args: ['m1'], rest: [] }
  expect(parse('logs', 'm1', '-f', '--tail', '5')).toEqual(expected)
  expect(parse('logs', '--follow', '--tail=5', 'm1')).toEqual(expected)
})

test('what follows -- is passed on as it stands', () => {
  expect(parse('cli', 'm1', '--', 'GET', '--json', '--', '-f')).toEqual({
    command: 'cli',
    said: {},
    args: ['m1'],
    rest: ['GET', '--json', '--', '-f'],
  })
  expect(parse('cli', '--', 'PING')).toMatchObject({ args: [], rest: ['PING'] })
})

test('a command that takes nothing after -- says so', async () => {
  expect(await refusal('status', '--', 'x')).toMatchObject({
    code: 'bad-input',
    message: '"status" takes nothing after "--"',
  })
})

test.each([
  [['up', '--master', '3'], "unknown option '--master'", 'Did you mean --masters?'],
  [['stauts'], "unknown command 'stauts'", 'Did you mean status?'],
  [['up', '--masters'], "option '--masters <count>' argument missing", 'redis-lab help'],
  [['up', '--xyzzy'], "unknown option '--xyzzy'", 'redis-lab help'],
  [['status', 'm1'], 'too many arguments', 'redis-lab help'],
  [[], 'a command is needed', 'redis-lab up'],
])('%j is refused in one sentence, with what to do', async (argv, sentence, advice) => {
  const { code, exitCode, message, hint, details } = LabError.from(await refusal(...argv))
  expect({ code, exitCode, details }).toEqual({ code: 'bad-input', exitCode: 2, details: [] })
  expect(message).toContain(sentence)
  expect(message).not.toContain('\n')
  expect(hint).toContain(advice)
})

test('help and the version are printed, and nothing is run', () => {
  expect(parse('--version')).toBeUndefined()
  expect(output.stdout).toBe('1.2.3\n')
  expect(parse('help')).toBeUndefined()
  for (const { name } of commands) expect(output.stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'))
})

test('the help of a command says what each option means, its default and its variable', () => {
  expect(parse('up', '--help')).toBeUndefined()
  const text = output.stdout.replaceAll(/\s+/g, ' ')
  expect(text).toContain('--masters <count> masters that share the 16384 slots (default: 3)')
  expect(text).toContain('(default: default; environment: REDIS_LAB_NAME)')
  expect(text).toContain('(default: 60s)')
})

test.each([
  ['down', '--password=geheim'],
  ['up', '--passwort=geheim'],
  ['up', '--passwort', 'geheim'],
  ['--password=geheim', 'up'],
])('what follows an option that does not exist is not repeated: %s %s', async (...argv) => {
  const error = await refusal(...argv)
  expect(error).toMatchObject({
    code: 'bad-input',
    message: expect.stringMatching(/^unknown option '--pass/) as string,
  })
  expect(JSON.stringify(error)).not.toContain('geheim')
})

test('a password may begin with a dash', () => {
  expect(parse('up', '--password', '-x')?.said).toEqual({ password: '-x' })
  expect(parse('up', '--password=--x')?.said).toEqual({ password: '--x' })
  expect(parse('up', '--password', '-')?.said).toEqual({ password: '-' })
})
