/** Whether a lab that exists is the one that was asked for. Pure. */
import { isDeepStrictEqual } from 'node:util'
import {
  flagName,
  labShape,
  metaOf,
  type Directive,
  type LabSpec,
  type ModuleSpec,
  type ResolvedSpec,
} from '../spec/index.js'

/** What a lab is made of. The rest (how long to wait, for what) may be said anew each time. */
const lasting = [
  'masters',
  'replicas',
  'port',
  'redis',
  'sha256',
  'redisFor',
  'malloc',
  'tls',
  'set',
  'modules',
  'password',
  'acl',
  'creator',
  'from',
  'restart',
  'dir',
  'ephemeral',
] as const
type Lasting = (typeof lasting)[number]
/** What a lab that is down can take on. */
const changeable: readonly string[] = ['set', 'modules', 'restart']

export interface Differences {
  /** A line for each option that was given and is otherwise in the lab that exists. */
  readonly lines: readonly string[]
  /** Nothing differs but what a lab that is down can take on. */
  readonly canChange: boolean
  /** The directives or the modules differ: each redis.conf is to be written again. */
  readonly directives: boolean
  /** The release that was asked for, where nothing differs but that: what an upgrade is for. */
  readonly onlyRelease?: string
}

/** An option that nobody gave asks for nothing: `up` alone means the lab as it is. */
export function differencesTo(existing: LabSpec, { spec, given }: ResolvedSpec): Differences {
  const differing = lasting.filter((key) => given.has(key) && !isDeepStrictEqual(existing[key], spec[key]))
  const lines = differing.map((key) => {
    const flag = flagName(metaOf(labShape, key))
    // Neither of the two is for a screen.
    if (key === 'password') return `${flag}: the lab has ${existing.password === undefined ? 'none' : 'another one'}`
    return `${flag}: the lab has ${spell(key, existing[key])}, asked for was ${spell(key, spec[key])}`
  })
  const release = differing.join() === 'redis' ? spec.redis : undefined
  return {
    lines,
    canChange: differing.every((key) => changeable.includes(key)),
    directives: differing.includes('set') || differing.includes('modules'),
    ...(release !== undefined && { onlyRelease: release }),
  }
}

function spell(key: Lasting, value: LabSpec[Lasting]): string {
  if (value === undefined) return key === 'from' || key === 'acl' ? 'none' : 'the default'
  if (typeof value === 'object' && !isList(value))
    return (
      Object.entries(value)
        .map(([node, release]) => `${node}=${release}`)
        .join(', ') || 'none'
    )
  if (!isList(value)) return String(value)
  return value.length === 0 ? 'none' : value.map((one) => `"${spellPart(one)}"`).join(', ')
}

const isList = (value: LabSpec[Lasting]): value is LabSpec['set'] | LabSpec['modules'] => Array.isArray(value)

const spellPart = (one: Directive | ModuleSpec): string =>
  'file' in one ? [one.file, ...one.args].join(' ') : `${one.name} ${one.value}`
