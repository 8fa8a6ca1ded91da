/**
 * Where a node is meant to listen, and whether its redis.conf says so.
 *
 * A redis.conf is the user's file, and files get damaged: one that lacks `port` or `bind` makes Redis listen on 0.0.0.0:6379. So
 * the file is checked before every start, and the addresses are repeated on the command line, where nothing in the file or in what
 * it includes can change them.
 */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { nodeFiles } from '../paths.js'
import { busPortOf, readWords } from '../spec/index.js'
import { readDirective } from './conf.js'

export const loopback = '127.0.0.1'

export interface ListenPlan {
  /** The folder of the node. */
  readonly dir: string
  readonly port: number
  readonly tls: boolean
  /** The words of the `bind` directive. */
  readonly bind: readonly string[]
}

/** The addresses as command line words. Redis takes the command line for the end of the file, and the last value counts. */
export const listenArgs = ({ port, tls, bind }: ListenPlan): string[] => [
  ...(tls ? ['--port', '0', '--tls-port', String(port)] : ['--port', String(port)]),
  '--bind',
  ...bind,
]

/**
 * What in the redis.conf of this node would make the server listen elsewhere, leave the cluster or keep its data elsewhere.
 *
 * @returns a line per problem, such as `bind is "0.0.0.0" instead of "127.0.0.1"`; none if the file can be trusted
 */
export function listenProblems(plan: ListenPlan): string[] {
  const file = nodeFiles.conf(plan.dir)
  if (!existsSync(file)) return [`${file} does not exist`]
  const lines = [...effectiveLines(file, plan.dir)]
  const problems = lines.flatMap((line) => ('problem' in line ? [line.problem] : []))
  const directives = lines.flatMap((line) => ('name' in line ? [line] : []))
  if (directives.length === 0 && problems.length === 0) return [`${file} is empty`]
  // The last line counts.
  const values = new Map(directives.map(({ name, value }) => [name, value]))
  return [...problems, ...directiveProblems(values, plan)]
}

/** A node cannot be started without any of these. */
export const lacksRequired = (text: string): boolean =>
  ['port', 'bind', 'dir', 'cluster-enabled', 'cluster-config-file'].some(
    (name) => readDirective(text, name) === undefined,
  )

const mostIncludes = 100

type Line = { readonly name: string; readonly value: string } | { readonly problem: string }

/** The directives of a redis.conf in their order, with those of the files that it includes in their place. */
function* effectiveLines(file: string, cwd: string, budget = { includes: mostIncludes }): Generator<Line> {
  let content: string
  try {
    content = readFileSync(file, 'utf8')
  } catch (error) {
    yield { problem: `${file} cannot be read: ${(error as Error).message}` }
    return
  }
  for (const text of content.split('\n')) {
    if (isComment(text)) continue
    const [name = '', ...words] = readWords(text) ?? []
    const value = words.join(' ')
    if (name.toLowerCase() !== 'include') yield { name: name.toLowerCase(), value }
    else if (isPattern(value)) yield { problem: `it includes "${value}", a pattern; include each file by its name` }
    else if (budget.includes-- <= 0) yield { problem: `it includes more than ${mostIncludes} files` }
    else yield* effectiveLines(path.resolve(cwd, value), cwd, budget)
  }
}

const isComment = (line: string): boolean => /^\s*(#|$)/.test(line)

function directiveProblems(values: ReadonlyMap<string, string>, { dir, port, tls, bind }: ListenPlan): string[] {
  const expect = (name: string, expected: string, isSame = (value: string) => value === expected) => {
    const value = values.get(name)
    if (value !== undefined && isSame(value)) return []
    return [value === undefined ? `it lacks "${name} ${expected}"` : `${name} is "${value}" instead of "${expected}"`]
  }
  const exclude = (name: string, ...harmless: readonly string[]) => {
    const value = values.get(name)
    return value === undefined || harmless.includes(value.toLowerCase()) ? [] : [`${name} is "${value}"`]
  }
  const number = (wanted: number) => (value: string) => Number(value) === wanted
  return [
    ...expect('port', String(tls ? 0 : port), number(tls ? 0 : port)),
    ...(tls ? expect('tls-port', String(port), number(port)) : exclude('tls-port', '0')),
    ...expect('bind', bind.join(' ')),
    ...exclude('unixsocket', ''),
    ...exclude('cluster-port', '0', String(busPortOf(port))),
    ...exclude('daemonize', 'no'),
    ...expect('cluster-enabled', 'yes', (value) => value.toLowerCase() === 'yes'),
    ...expect('cluster-config-file', path.basename(nodeFiles.nodes(dir))),
    ...expect('dir', dir, (value) => path.resolve(dir, value) === path.resolve(dir)),
  ]
}

/** What glob(3) takes for a pattern. */
const isPattern = (file: string): boolean => /[*?[]/.test(file)

export interface ConfSource {
  /** The words that tell a server which configuration to read. */
  readonly args: readonly string[]
  /** The file that it finds on its standard input, if it reads from there. */
  readonly input?: string
}

/**
 * How a server that works in `dir` is told to read its redis.conf.
 *
 * From 7.0 on Redis expands the path of its configuration as a pattern, also one that it has made absolute itself
 * (loadServerConfig in config.c), so that a folder such as `app [id]` loads nothing or another file. Linux has a name for the
 * working folder without such characters. Elsewhere the server reads standard input; only CONFIG REWRITE does not work then.
 */
export function confSource(dir: string, platform: NodeJS.Platform): ConfSource {
  const file = nodeFiles.conf(dir)
  if (!isPattern(file)) return { args: [file] }
  if (platform === 'linux') return { args: [`/proc/self/cwd/${path.basename(file)}`] }
  return { args: ['-'], input: file }
}
