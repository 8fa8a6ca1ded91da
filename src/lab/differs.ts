/** The error for a lab that exists with other options: what differs, how each of it can be applied, and the commands that do it. */
import { existsSync } from 'node:fs'
import { LabError } from '../errors.js'
import { snapshotEntry, type Places } from '../paths.js'
import { canTalk, compareVersions, meansTheSame, readsDataOf, specifiedRelease } from '../release/index.js'
import { optionWords, shellWord, type Directive, type LabSpec, type ResolvedSpec } from '../spec/index.js'
import { buildsOf, releasesOf, type LabRecord } from '../supervisor/index.js'
import type { Difference, Lasting } from './differences.js'
import { labNames } from './entry.js'

export interface DiffersContext {
  readonly places: Places
  readonly env: Readonly<Record<string, string | undefined>>
  /** As --config and --no-config have it. */
  readonly config?: string | false | undefined
  readonly isRunning: boolean
}

/**
 * Three ways, the first one that applies: a command for the running lab, `down` and `up`, which keep the data, or another lab
 * with a copy of the data. Deleting data comes last, is called that, and is printed only where the lab itself cannot change.
 */
export function labDiffers(
  record: LabRecord,
  wanted: ResolvedSpec,
  differences: readonly Difference[],
  context: DiffersContext,
): LabError {
  const keys = differences.map(({ key }) => key)
  const upgrade = keys.includes('redis') && isUpgrade(record, wanted.spec, context.env)
  const ways = new Map(differences.map((one) => [one.key, wayOf(one, keys, upgrade)]))
  const inPlace = [...ways.values()].every((way) => way !== 'new-lab')
  const details = differences.flatMap(({ key, line }) => [
    `${line} (${inWords[ways.get(key) ?? 'new-lab']})`,
    ...(key === 'set' && context.isRunning && inPlace ? setNow(record, wanted, context) : []),
  ])
  return new LabError({
    code: 'lab-differs',
    message: context.isRunning
      ? `the lab "${record.name}" is running with different options`
      : `the lab "${record.name}" already exists, stopped, with different options`,
    hint: inPlace ? changeHint(record, wanted, differences, context) : newLabHint(record, wanted, keys, context),
    details,
  })
}

type Way = 'upgrade' | 'next-start' | 'new-lab'

const inWords: Readonly<Record<Way, string>> = {
  upgrade: 'can change now, with redis-lab upgrade',
  'next-start': 'can change after redis-lab down, which keeps the data',
  'new-lab': 'only in a new lab',
}

function wayOf({ key, isChangeable }: Difference, keys: readonly Lasting[], upgrade: boolean): Way {
  if (isChangeable) return 'next-start'
  // The checksum belongs to the address in --redis.
  if (key === 'redis' || (key === 'sha256' && keys.includes('redis'))) return upgrade ? 'upgrade' : 'new-lab'
  return 'new-lab'
}

/** Not where `upgrade` would refuse; a text that does not say which version it is may be one. */
function isUpgrade(record: LabRecord, { redis, sha256 }: LabSpec, env: DiffersContext['env']): boolean {
  const goal = specifiedRelease({ redis, sha256 }, env)
  return goal === undefined || buildsOf(record).every((build) => readsDataOf(goal, build) && canTalk(goal, build))
}

function changeHint(
  record: LabRecord,
  wanted: ResolvedSpec,
  differences: readonly Difference[],
  context: DiffersContext,
): string {
  const { isRunning } = context
  const keys = differences.map(({ key }) => key)
  const name = nameWords(wanted, context)
  const command = (verb: string, ...words: string[]) => ['redis-lab', verb, ...name, ...words].join(' ')
  const restarted = differences.filter(({ isChangeable }) => isChangeable).map(({ key }) => key)
  const words = restarted.flatMap((key) => optionWords(wanted.spec, key))
  const upgraded = (['redis', 'sha256'] as const).filter((key) => keys.includes(key))
  const steps = [
    ...(isRunning || upgraded.length === 0 ? [] : [command('up')]),
    ...(upgraded.length === 0
      ? []
      : [command('upgrade', ...(['redis', 'sha256'] as const).flatMap((key) => optionWords(wanted.spec, key)))]),
    ...(restarted.length === 0 ? [] : [command('down'), command('up', ...words)]),
  ]
  return `To change the lab "${record.name}" and keep its data: ${steps.join(' && ')}`
}

/** Whether Redis takes it while it runs is for Redis to say: it refuses what it cannot change. */
function setNow(
  { name, nodes, spec: { set: has } }: LabRecord,
  wanted: ResolvedSpec,
  context: DiffersContext,
): string[] {
  const isNew = (one: Directive) => !has.some(({ name, value }) => name === one.name && value === one.value)
  const changed = wanted.spec.set.filter((one) => one.name !== 'loadmodule' && isNew(one))
  if (changed.length === 0 || nodes.length > mostNodesInLoop) return []
  const flags = nameWords(wanted, context).map((word) => ` ${word}`)
  const sets = changed.map(
    (one) => `redis-lab cli $n${flags.join('')} -- config set ${one.name} ${shellWord(one.value)}`,
  )
  const loop = `for n in ${nodes.map((node) => node.name).join(' ')}; do ${sets.join('; ')}; done`
  return [`  until the nodes of "${name}" restart, where Redis can change it at runtime: ${loop}`]
}

/** A longer line is not one to paste. */
const mostNodesInLoop = 12

function newLabHint(
  record: LabRecord,
  wanted: ResolvedSpec,
  keys: readonly Lasting[],
  context: DiffersContext,
): string {
  const { places, env, config } = context
  const name = nameWords(wanted, context)
  const other = freeName(record.name, '', (one) => labNames(places).includes(one))
  const begin = ['redis-lab up --name', other, ...configWords(config)].join(' ')
  const asked = upWords(record, wanted, keys)
  const again = askedFor(wanted).flatMap((key) => optionWords(wanted.spec, key))
  const replace = ['redis-lab up', ...name, ...again].join(' ')
  const last = `Last resort, which deletes the data of "${record.name}": ${['redis-lab down', ...name, '--purge'].join(' ')} && ${replace}`
  if (!canCopyData(record, wanted.spec, keys, env))
    return `Start another lab beside it: ${[begin, ...asked].join(' ')}\n${last}`
  const snapshot = freeName(record.name, '-data', (one) => existsSync(snapshotEntry(places, one)))
  const save = ['redis-lab snapshot save', snapshot, ...name].join(' ')
  const copy = [`${begin} --from ${snapshot}`, ...asked, ...neededByData(record, wanted)].join(' ')
  // Only a snapshot of a lab that runs can be loaded whatever file the other lab reads.
  const start = !context.isRunning && keys.includes('set') ? [['redis-lab up', ...name].join(' ')] : []
  return `Start another lab with a copy of its data: ${[...start, save, copy].join(' && ')}\n${last}`
}

/** A password that is not from the command line is where it was when the next command runs. */
function askedFor({ given, sources }: ResolvedSpec): (keyof LabSpec)[] {
  const keys = [...given] as (keyof LabSpec)[]
  return keys.filter((key) => key !== 'name' && (key !== 'password' || sources.password.from === 'flag'))
}

/** What was asked for, but for what only one of the two labs can have. */
function upWords(record: LabRecord, wanted: ResolvedSpec, keys: readonly Lasting[]): string[] {
  const { spec } = wanted
  const left = askedFor(wanted).filter((key) => {
    if (key === 'from' || key === 'dir') return keys.includes(key)
    return key !== 'port'
  })
  const port = keys.includes('port') && !overlaps(record, spec) ? optionWords(spec, 'port') : ['--port auto']
  return [...left.flatMap((key) => optionWords(spec, key)), ...port]
}

function overlaps({ nodes }: LabRecord, { port, masters, replicas }: LabSpec): boolean {
  const count = Math.max(nodes.length, masters * (1 + replicas))
  return port === 'auto' || nodes.some((node) => node.port >= port && node.port < port + count)
}

/** A snapshot keeps the shape of its lab, and the same release or a newer one of its engine begins with it. */
function canCopyData(
  record: LabRecord,
  { redis, sha256 }: LabSpec,
  keys: readonly Lasting[],
  env: DiffersContext['env'],
): boolean {
  if (keys.some((key) => key === 'masters' || key === 'replicas' || key === 'from')) return false
  if (releasesOf(record).length > 1) return false
  if (!keys.includes('redis')) return true
  const goal = specifiedRelease({ redis, sha256 }, env)
  const { engine, version } = record.build
  return goal !== undefined && goal.engine === engine && compareVersions(goal.version, version) >= 0
}

/** What its data may need and a snapshot does not carry: modules, a release that is a path, directives that name files. */
function neededByData({ spec, build }: LabRecord, { spec: asked, given }: ResolvedSpec): string[] {
  const own: LabSpec = { ...asked, ...spec, redis: spec.redis?.includes('/') === true ? build.source : spec.redis }
  const isPath = spec.redis !== undefined && !meansTheSame(spec.redis)
  return [
    ...(given.has('modules') ? [] : optionWords(own, 'modules')),
    ...(given.has('redis') || !isPath ? [] : [...optionWords(own, 'redis'), ...optionWords(own, 'sha256')]),
    ...(given.has('set') || !spec.set.some(({ value }) => value.includes('/')) ? [] : optionWords(own, 'set')),
  ]
}

/** Also where a variable or a config file would name another lab. */
const nameWords = ({ spec, sources }: ResolvedSpec, { config }: DiffersContext): string[] => [
  ...(spec.name === 'default' && sources.name.from === 'default' ? [] : ['--name', spec.name]),
  ...configWords(config),
]

function configWords(config: DiffersContext['config']): string[] {
  if (config === undefined) return []
  return config === false ? ['--no-config'] : ['--config', shellWord(config)]
}

function freeName(name: string, suffix: string, isTaken: (name: string) => boolean): string {
  const stem = `${name.slice(0, 50)}${suffix}`
  for (let n = suffix === '' ? 2 : 1; ; n++) {
    const one = n === 1 ? stem : `${stem}-${n}`
    if (!isTaken(one)) return one
  }
}
