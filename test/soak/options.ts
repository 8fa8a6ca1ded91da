/** What can be said to the soak. */
import { parseArgs } from 'node:util'

export interface SoakOptions {
  readonly seed: number
  /** Numbers of the cycles to run. */
  readonly first: number
  readonly cycles: number
  /** No cycle begins after this. */
  readonly minutes: number
  /** Undefined for whatever the seed says. */
  readonly only: string | undefined
  /** Cycles at once. */
  readonly parallel: number
}

const limits = {
  cycles: { fallback: 200, from: 1, to: 100_000 },
  minutes: { fallback: 30, from: 0.1, to: 1440 },
  parallel: { fallback: 1, from: 1, to: 16 },
  seed: { from: 0, to: 2 ** 32 - 1 },
  cycle: { from: 1, to: 100_000 },
} as const

export const usageFor = (
  scenarios: readonly string[],
): string => `npm run soak -- [--cycles N] [--minutes N] [--seed N] [--only SCENARIO] [--parallel N] [--cycle N]

  --cycles    how many cycles of up, faults, recovery and down; ${limits.cycles.fallback} when not given
  --minutes   no cycle begins after this; ${limits.minutes.fallback} when not given
  --seed      what all random choices come from; a new one, which is printed, when not given
  --only      one scenario instead of all: ${scenarios.join(', ')}
  --parallel  how many cycles run at once; ${limits.parallel.fallback} when not given
  --cycle     repeats this one cycle of the seed, alone`

/** @returns undefined when help was asked for. @throws Error what cannot be understood, in one sentence */
export function readOptions(
  argv: readonly string[],
  { scenarios, newSeed }: { scenarios: readonly string[]; newSeed: () => number },
): SoakOptions | undefined {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...argv],
    options: {
      cycles: text,
      minutes: text,
      seed: text,
      only: text,
      parallel: text,
      cycle: text,
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return undefined
  const read = (name: keyof typeof limits, { whole = true } = {}): number | undefined => {
    const said = values[name]
    if (said === undefined) return undefined
    const { from, to } = limits[name]
    const value = said.trim() === '' ? NaN : Number(said)
    if (value >= from && value <= to && (!whole || Number.isInteger(value))) return value
    throw new Error(`--${name} ${said}: a ${whole ? 'whole ' : ''}number from ${from} to ${to} is expected`)
  }
  const { only } = values
  if (only !== undefined && !scenarios.includes(only)) {
    throw new Error(`--only ${only}: the scenarios are ${scenarios.join(', ')}`)
  }
  const alone = read('cycle')
  for (const name of ['cycles', 'parallel'] as const) {
    if (alone !== undefined && values[name] !== undefined) {
      throw new Error(`--cycle repeats one cycle, so --${name} cannot be given with it`)
    }
  }
  if (alone !== undefined && values.seed === undefined)
    throw new Error('--cycle repeats a cycle of a seed: give --seed')
  return {
    seed: read('seed') ?? newSeed(),
    first: alone ?? 1,
    cycles: alone === undefined ? (read('cycles') ?? limits.cycles.fallback) : 1,
    minutes: read('minutes', { whole: false }) ?? limits.minutes.fallback,
    only,
    parallel: read('parallel') ?? limits.parallel.fallback,
  }
}
