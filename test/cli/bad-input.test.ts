/** Whatever is wrong with what was typed: one sentence, a hint, exit 2, and nothing was touched. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { findFreePorts } from '../../src/node/index.js'
import { labsIn, useScratch, type Outcome } from '../support/scratch.js'

const scratch = useScratch()

/** A sentence and a hint, both with an end, and nothing that only a programmer understands. */
function expectRefusal({ code, stdout, stderr }: Outcome, sentence: RegExp | string): void {
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  // Where a lab was on its way already, progress stands before it.
  const said = stderr.slice(Math.max(0, stderr.search(/^redis-lab: /m)))
  const lines = said.trimEnd().split('\n')
  const [first = '', hint = ''] = [lines[0], lines.at(-1)]
  expect(first).toMatch(/^redis-lab: /)
  expect(first.slice('redis-lab: '.length)).toMatch(sentence)
  expect(lines.length, 'a hint').toBeGreaterThanOrEqual(2)
  expect(hint).not.toBe('')
  expect(stderr).not.toMatch(/^\s+at |Error:|Invalid input|undefined|\[object/m)
}

/** Nothing but, at most, the empty folder in which the labs would stand. */
function expectUntouched(): void {
  expect(labsIn(scratch.places)).toEqual([])
  expect(readdirSync(scratch.places.state).filter((name) => name !== 'labs')).toEqual([])
}

const cases: [args: string[], sentence: RegExp | string][] = [
  [['up', '--masters', '2', '--creator', 'redis-cli'], /^--creator redis-cli needs at least 3 masters, not 2$/],
  [['up', '--masters', 'x'], /^--masters takes a whole number from 1 to 1000, not "x"$/],
  [['up', '--masters', '0'], /^--masters takes a whole number .*, not 0$/],
  [['up', '--masters', '3.5'], /^--masters takes a whole number .*, not "3.5"$/],
  [['up', '--masters', ''], /^--masters takes a whole number .*, not ""$/],
  [['up', '--replicas', '-1'], /^--replicas takes a whole number from 0 to 100, not -1$/],
  [['up', '--masters', '1000', '--replicas', '1'], /^--masters 1000 with --replicas 1: 2000 nodes are more than /],
  [
    ['up', '--port', '60000'],
    /^--port takes a port from 1 to 55535 \(the cluster bus needs port \+ 10000\), or "auto", not 60000$/,
  ],
  [['up', '--port', '55533'], /^--port 55533: 6 nodes from there on would go past 55535/],
  [['up', '--name', '../x'], /^--name takes a name of letters, .* not "\.\.\/x"$/],
  [['down', '--name', '../x'], /^--name takes a name /],
  [['status', '--name', '..'], /^--name takes a name /],
  [['up', '--set', 'maxmemory 1mb\nport 1'], /^--set "maxmemory 1mb\\nport 1": must be a single line/],
  [['up', '--set', 'maxmemory'], /^--set "maxmemory": takes a directive and its value/],
  [['up', '--set', 'port 1'], /^--set "port 1": "port" belongs to the lab: ports are chosen with --port$/],
  [['up', '--set', 'cluster-enabled no'], /belongs to the lab/],
  [['up', '--set', 'bind ::1'], /must keep 127\.0\.0\.1/],
  [['up', '--wait', 'forever'], /^--wait takes "alive", .*, not "forever"$/],
  [['up', '--timeout', 'soon'], /^--timeout takes a time such as 90s or 2m, at most a day, not "soon"$/],
  [['up', '--timeout', ''], /^--timeout takes a time /],
  [['up', '--creator', 'magic'], /^--creator takes .*, not "magic"$/],
  [['up', '--ephemeral', '--dir', 'here'], /^--ephemeral makes its own folder/],
  [['up', '--port', 'auto', '--redis', '/no/such/release'], /^there is nothing at \/no\/such\/release$/],
  [['up', '--port', 'auto', '--redis', '99.99.99'], /^Redis 99\.99\.99 is not among the releases/],
  [['up', '--colour', 'red'], /^unknown option '--colour'$/],
  [['up', '--masters'], /^option '--masters <count>' argument missing$/],
  [['up', 'six'], /^too many arguments for 'up'/],
  [['up', '--', 'six'], /^"up" takes nothing after "--"$/],
  [['frobnicate'], /^unknown command 'frobnicate'$/],
  [['logs', '--tail', 'all'], /^--tail takes a whole number from 0 to 1000000, not "all"$/],
  [['down', '--all', '--name', 'x'], /^--all and --name exclude each other$/],
  [['status'], /^there is no lab named "default"$/],
  [['cli'], /^there is no lab named "default"$/],
  [['logs'], /^there is no lab named "default"$/],
]

test.each(cases)('redis-lab %j is refused', async (args, sentence) => {
  expectRefusal(await scratch.run(...args), sentence)
  expectUntouched()
})

test('everything that is wrong is said at once', async () => {
  const { code, stdout, stderr } = await scratch.run('up', '--masters', 'x', '--replicas', '-1', '--set', 'port 1')
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(
    /^redis-lab: 3 things are wrong with what was given\n {2}--masters .*\n {2}--replicas .*\n {2}--set /,
  )
  expectUntouched()
})

test('a mistyped command or option comes with the one that was meant', async () => {
  expect((await scratch.run('statsu')).stderr).toContain('Did you mean status?')
  expect((await scratch.run('up', '--replica', '1')).stderr).toContain('Did you mean --replicas?')
})

test('what the environment says is judged like a flag', async () => {
  scratch.env['REDIS_LAB_NAME'] = '../x'
  expectRefusal(await scratch.run('up'), /^--name takes a name /)
  expectUntouched()
})

test('no command at all shows the commands', async () => {
  const { code, stdout, stderr } = await scratch.run()
  expect(code).toBe(2)
  expect(stdout + stderr).toMatch(/\bup\b[^]*\bdown\b[^]*a command is needed/)
})

test('a stack is shown to those who ask for it', async () => {
  const { code, stderr } = await scratch.run('up', '--masters', 'x', '--verbose')
  expect(code).toBe(2)
  expect(stderr).toMatch(/^LabError: --masters takes .*\n +at /m)
})

test('a --dir that is a file is refused, and the file stays', async () => {
  const file = path.join(scratch.dir, 'notes.txt')
  writeFileSync(file, 'mine')
  expectRefusal(
    await scratch.run('up', '--port', 'auto', '--dir', file),
    /^the folder .*notes\.txt cannot be made: EEXIST/,
  )
  expectUntouched()
  expect(readFileSync(file, 'utf8')).toBe('mine')
})

describe('a port that is taken', () => {
  /** Runs `up` on a free block of ports while somebody listens on one of them. */
  async function upBeside(portToTake: (first: number) => number, ...args: string[]) {
    const [first = 0] = await findFreePorts(6)
    const taken = portToTake(first)
    const server = net.createServer().listen(taken, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    try {
      return { taken, first, outcome: await scratch.run('up', '--port', String(first), ...args) }
    } finally {
      server.close()
    }
  }

  test('is refused when it is the data port of a node', async () => {
    const { taken, outcome } = await upBeside((first) => first + 1)
    expectRefusal(outcome, new RegExp(`^port ${taken} \\(data port\\): taken by `))
    expect(outcome.stderr).toContain('let "--port auto" find free ones')
    expectUntouched()
  })

  test('is refused when it is the bus port of the last node', async () => {
    const { taken, first, outcome } = await upBeside((first) => first + 5 + 10_000)
    expect(taken).toBe(first + 10_005)
    expectRefusal(outcome, new RegExp(`^port ${taken} \\(cluster bus port\\): taken by `))
    expectUntouched()
  })
})

test('a directive whose value Redis does not take fails with its own words, and leaves the evidence and nothing else', async () => {
  const { code, stdout, stderr } = await scratch.run('up', '--port', 'auto', '--set', 'maxmemory-policy nonsense')
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^redis-lab: [mr]\d \(port \d+\) did not start: .*(must be one of|Invalid maxmemory policy)/m)
  expect(stderr).toContain(`>>> 'maxmemory-policy nonsense'`)
  expect(stderr).toContain('look at what --set gave')
  expect(stderr).not.toMatch(/^\s+at /m)

  expect(scratch.processes()).toEqual([])
  expect(labsIn(scratch.places)).toEqual([])
  const evidence = path.join(scratch.places.state, 'failed')
  const [kept = ''] = readdirSync(evidence)
  expect(stderr).toContain(path.join(evidence, kept))
  expect(readdirSync(path.join(evidence, kept))).toContain('supervisor.log')
  for (const [, file = ''] of stderr.matchAll(/^ {2}log: (.*)$/gm)) {
    expect(existsSync(file), file).toBe(true)
    expect(readFileSync(file, 'utf8')).toContain('maxmemory-policy nonsense')
  }
})
