/** Every option of a lab, once. See option.ts for what hangs on a declaration. */
import ms, { type StringValue } from 'ms'
import * as z from 'zod'
import { readyLevels } from '../events.js'
import { announceProblem, parseDirective, type Directive } from './directive.js'
import { hasControls, parseModule, type ModuleSpec } from './module.js'
import { optionMeta, readNumber } from './option.js'
import { lastDataPort } from './ports.js'
import { parseRedisFor, redisForProblems } from './redis-for.js'
import { checksumProblem } from './release-text.js'

/** Redis itself recommends no more than about a thousand nodes in a cluster. */
const mostNodes = 1000

/** Without a flag: the JSON Schema has it too, and knows none. */
const label = /^[a-zA-Z0-9][a-zA-Z0-9_-]{0,62}$/

/** What a lab or a snapshot can be called. */
export const isName = (text: string): boolean => label.test(text)

const oneLine = z.string().regex(/^\P{Cc}+$/u)

/** Redis 5.0 takes no longer one. */
const mostPasswordBytes = 512

/** A separator of lines would begin another directive, and half of a surrogate pair is no text to send. */
const password = z
  .string()
  .regex(/^[^\p{Cc}\p{Cs}\u2028\u2029]+$/u)
  // Without words of its own: it is told what the option takes.
  .refine((text) => Buffer.byteLength(text) <= mostPasswordBytes, { error: () => '' })

const dayMs = 86_400_000

/** Milliseconds, or text with its unit. */
export const duration = ({ mostMs = dayMs, leastMs = 1 } = {}) =>
  z.union([z.number(), z.string()]).transform((given, context) => {
    // A bare number as text could be meant as seconds, and ms() would read milliseconds: it must say its unit.
    const value =
      typeof given === 'number' ? given : /^\d[\d.]*\s*[a-z]+$/i.test(given) ? ms(given as StringValue) : NaN
    // Text is rounded, because to a computer 1.001s are 1000.9999999999999 milliseconds; a number is taken as it is.
    if (Number.isFinite(value) && value >= leastMs && value <= mostMs)
      return typeof given === 'number' ? value : Math.round(value)
    context.addIssue({ code: 'invalid_type', expected: 'number', input: given })
    return z.NEVER
  })

const directive = z.string().transform((text, context): Directive => {
  const parsed = parseDirective(text)
  if (typeof parsed !== 'string') return parsed
  context.addIssue({ code: 'custom', message: parsed })
  return z.NEVER
})

const moduleFile = z
  .union([z.string(), z.strictObject({ file: z.string().min(1), args: z.array(z.string()).optional() })])
  .transform((given, context): ModuleSpec => {
    const controls = 'must be a single line without control characters'
    const parsed =
      typeof given === 'string'
        ? parseModule(given)
        : hasControls(given.file)
          ? controls
          : { file: given.file, args: given.args ?? [] }
    if (typeof parsed !== 'string') return parsed
    context.addIssue({ code: 'custom', message: parsed })
    return z.NEVER
  })

const redisFor = z
  .union([z.array(z.string()), z.record(z.string(), z.string())])
  .transform((given, context): Readonly<Record<string, string>> => {
    const parsed = parseRedisFor(given)
    if (!('problem' in parsed)) return Object.fromEntries(parsed)
    context.addIssue({ code: 'custom', message: parsed.problem, path: [parsed.at] })
    return z.NEVER
  })

export const labShape = {
  masters: z
    .int()
    .min(1)
    .max(mostNodes)
    .default(3)
    .register(optionMeta, {
      flag: '--masters <count>',
      description: 'masters that share the 16384 slots',
      expects: `a whole number from 1 to ${mostNodes}`,
      read: readNumber,
    }),
  replicas: z.int().min(0).max(100).default(1).register(optionMeta, {
    flag: '--replicas <count>',
    description: 'replicas of each master',
    expects: 'a whole number from 0 to 100',
    read: readNumber,
  }),
  port: z
    .union([z.int().min(1).max(lastDataPort), z.literal('auto')])
    .default(6001)
    .register(optionMeta, {
      flag: '--port <port>',
      description: 'first port; the nodes take it and those after it, and port + 10000 for the cluster bus; or "auto"',
      expects: `a port from 1 to ${lastDataPort} (the cluster bus needs port + 10000), or "auto"`,
      read: readNumber,
    }),
  name: z.string().regex(label).default('default').register(optionMeta, {
    flag: '--name <name>',
    description: 'name of the lab',
    expects: 'a name of letters, digits, "-" and "_", at most 63, that begins with a letter or digit',
    env: 'REDIS_LAB_NAME',
  }),
  redis: oneLine.optional().register(optionMeta, {
    flag: '--redis <release>',
    description:
      'a version (8.0.6, valkey@9.1.1), the newest of a line (8.0, 8, latest), an https address with --sha256, a path (tarball, source tree or built tree), "system", "distro", or the source package of another suite ("distro:trixie", "valkey@distro:sid")',
    expects: 'a version, "latest", an address, a path, "system" or "distro"',
    env: 'REDIS_LAB_REDIS',
  }),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i)
    .optional()
    .register(optionMeta, {
      flag: '--sha256 <hex>',
      description: 'the sha256 that the archive at an address in --redis must have',
      expects: 'the 64 hexadecimal digits of a sha256',
    }),
  redisFor: redisFor.default({}).register(optionMeta, {
    flag: '--redis-for <node=release>',
    description: 'a release of its own for one node, as in r1=valkey@distro:sid; may be repeated',
    expects: 'a node of the plan and its release, such as r1=8.0.6',
    repeats: true,
  }),
  malloc: z.enum(['libc', 'jemalloc']).default('libc').register(optionMeta, {
    flag: '--malloc <allocator>',
    description:
      'allocator a release is built with: libc builds more than twice as fast, jemalloc is what production runs',
    expects: '"libc" or "jemalloc"',
  }),
  tls: z.boolean().default(false).register(optionMeta, {
    flag: '--tls',
    description: 'TLS and nothing else on every port, with certificates of the lab; a release is built with it',
  }),
  dir: oneLine.optional().register(optionMeta, {
    flag: '--dir <folder>',
    description: 'folder of the lab, instead of one below REDIS_LAB_STATE',
    expects: 'the path of a folder',
  }),
  set: z.array(directive).default([]).register(optionMeta, {
    flag: '--set <directive>',
    description: 'a redis.conf directive to add or replace, such as "maxmemory 100mb"; may be repeated',
    expects: 'a directive and its value',
  }),
  from: z
    .union([oneLine, z.object({ dir: oneLine }).transform(({ dir }) => dir)])
    .optional()
    .register(optionMeta, {
      flag: '--from <snapshot>',
      description:
        'begin with the data and the slots of a snapshot: its name, or the path of its folder, such as ./seed; its masters, replicas, release and directives are the defaults then',
      expects: 'the name of a snapshot, or the path of its folder',
    }),
  password: password.optional().register(optionMeta, {
    flag: '--password <text>',
    description:
      'a password that every node asks for; "-" reads it from standard input. Other users of the machine may see a command line for a moment: rather use "-" or the variable',
    expects: `a text of one line, of 1 to ${mostPasswordBytes} bytes and without control characters`,
    env: 'REDIS_LAB_PASSWORD',
    secret: true,
  }),
  acl: oneLine.optional().register(optionMeta, {
    flag: '--acl <file>',
    description:
      'an ACL file, a line "user NAME RULES" for each user, which every node gets a copy of; from Redis 6.0 on',
    expects: 'the path of an ACL file',
  }),
  modules: z.array(moduleFile).default([]).register(optionMeta, {
    flag: '--module <file[:args]>',
    description: 'a module (.so) that every node loads, with its arguments as redis.conf has them; may be repeated',
    expects: 'the file of a module and, behind a colon, its arguments',
  }),
  creator: z.enum(['instant', 'redis-cli']).optional().register(optionMeta, {
    flag: '--creator <creator>',
    description:
      'what joins the nodes: "instant", or "redis-cli" as by hand; without it "instant" wherever it is verified for the release',
    expects: '"instant" or "redis-cli"',
  }),
  wait: z
    .enum(readyLevels.filter((level) => level !== 'none'))
    .default('full')
    .register(optionMeta, {
      flag: '--wait <level>',
      description: 'how much must be proven before the lab counts as ready: alive, agreed, ok, replicas or full',
      expects: '"alive", "agreed", "ok", "replicas" or "full"',
    }),
  timeout: duration().default(60_000).register(optionMeta, {
    flag: '--timeout <time>',
    description: 'how long forming and proving the cluster may take, such as 90s or 2m',
    expects: 'a time such as 90s or 2m, at most a day',
  }),
  restart: z.boolean().default(true).register(optionMeta, {
    flag: '--no-restart',
    description: 'leave a node that crashes or is killed as it is, instead of starting it again',
  }),
  ephemeral: z.boolean().default(false).register(optionMeta, {
    flag: '--ephemeral',
    description: 'a lab in a temporary folder, deleted when it is taken down',
  }),
}

/** What a caller may say. Times are milliseconds, or text such as "90s". */
export type LabOptions = { [Key in keyof typeof labShape]?: z.input<(typeof labShape)[Key]> | undefined }

/** What the lab is then made from: every value resolved, times in milliseconds. */
export type LabSpec = Readonly<z.output<z.ZodObject<typeof labShape>>>

/** What no single option can know. Returns one sentence per problem, which names an option that it is about. */
export function crossCheck(spec: LabSpec): string[] {
  const problems: string[] = []
  const nodes = spec.masters * (1 + spec.replicas)
  if (nodes > mostNodes) {
    const said = `--masters ${spec.masters} with --replicas ${spec.replicas}`
    problems.push(`${said}: ${nodes} nodes are more than the ${mostNodes} a cluster is made for`)
  }
  if (spec.creator === 'redis-cli' && spec.masters < 3) {
    problems.push(`--creator redis-cli needs at least 3 masters, not ${spec.masters}`)
  }
  // How many nodes a snapshot has is known when it was read; whoever reads it asks again then.
  if (spec.from === undefined && spec.port !== 'auto' && spec.port + nodes - 1 > lastDataPort) {
    problems.push(
      `--port ${spec.port}: ${nodes} nodes from there on would go past ${lastDataPort}, the last port that leaves room for the cluster bus`,
    )
  }
  // As with the ports: only whoever has read a snapshot knows its nodes.
  if (spec.from === undefined) problems.push(...redisForProblems(spec.redisFor, spec))
  const unreachable = announceProblem(spec.set)
  if (unreachable) problems.push(unreachable)
  const unverified = checksumProblem(spec)
  if (unverified) problems.push(unverified)
  if (spec.password !== undefined && spec.acl !== undefined)
    problems.push(
      '--password (or its variable) and --acl exclude each other: Redis ignores its one password (requirepass) where users come in a file. A line "user default on >PASSWORD ~* &* +@all" in that file gives one to whoever names no user (before 6.2 without "&*")',
    )
  if (spec.ephemeral && spec.dir !== undefined)
    problems.push('--ephemeral makes its own folder, so --dir cannot choose one')
  return problems
}
