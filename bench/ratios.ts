/**
 * What is compared with what. A ratio is taken round by round and then its median: both sides of a round met the same
 * neighbours on the machine.
 */
import { summarise, type Summary } from './statistics.js'
import type { Measured } from './rounds.js'

interface Ratio {
  readonly what: string
  readonly dividend: string
  readonly divisor: string
}

const ratios: readonly Ratio[] = [
  { what: 'the create-cluster way (1) : `redis-lab up` (2)', dividend: 'script', divisor: 'up' },
  { what: 'the create-cluster way (1) : `startLab()` (3)', dividend: 'script', divisor: 'start-lab' },
  { what: '`startLab()` (3) : the floor (4)', dividend: 'start-lab', divisor: 'floor' },
  { what: '20 nodes (5), redis-cli : instant', dividend: 'redis-cli-20', divisor: 'instant-20' },
  { what: '100 nodes (5), redis-cli : instant', dividend: 'redis-cli-100', divisor: 'instant-100' },
  { what: '`up` of a kept lab : a new `up` (6)', dividend: 'resume', divisor: 'resume-new' },
  { what: '`redis-lab install` : tar and make (8)', dividend: 'install', divisor: 'plain-make' },
  { what: 'CLUSTER RESET and forming again (10) : `lab.reset()`', dividend: 'form-again', divisor: 'reset-data' },
  { what: 'a fresh lab (10) : `lab.reset()`', dividend: 'fresh-lab', divisor: 'reset-data' },
  { what: '`redis-lab --version` : `node -e 0` (9)', dividend: 'cli-version', divisor: 'node' },
  {
    what: 'two labs loaded : one loaded and ten from its snapshot (11), one by one',
    dividend: 'twice-one-by-one',
    divisor: 'once-one-by-one',
  },
  {
    what: 'two labs loaded : one loaded and ten from its snapshot (11), 1,000 at once',
    dividend: 'twice-in-batches',
    divisor: 'once-in-batches',
  },
]

/** Those of which both sides were measured in the same round at least once. */
export function compare({ values }: Measured): readonly { readonly what: string; readonly summary: Summary }[] {
  return ratios.flatMap(({ what, dividend, divisor }) => {
    const below = values.get(divisor)
    const perRound = [...(values.get(dividend) ?? [])].flatMap(([round, above]) => {
      const value = below?.get(round)
      return value === undefined ? [] : [above / value]
    })
    const summary = summarise(perRound)
    return summary ? [{ what, summary }] : []
  })
}
