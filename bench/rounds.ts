/**
 * Measures: round by round, and in a round one way after the other, so that what slows the machine for a while slows all of
 * them alike. Nothing is measured while something else is.
 */
import { Skip, type Row, type Way } from './row.js'
import type { Place } from './place/place.js'

export interface Measured {
  /** By the key of a reading, then by the number of the round. */
  readonly values: Map<string, Map<number, number>>
  /** In words: what could not be measured here, and why. */
  readonly skipped: Set<string>
  /** In words: what went wrong. */
  readonly failures: string[]
}

export interface RoundsOptions {
  /** Instead of each row's own number. */
  readonly rounds: number | undefined
  /** Aborted by Ctrl-C: what has been measured by then is the result. */
  readonly interrupted: AbortSignal
  readonly say: (line: string) => void
}

const usualLimitMs = 120_000

export async function measureRounds(
  rows: readonly Row[],
  place: Place,
  { rounds, interrupted, say }: RoundsOptions,
): Promise<Measured> {
  const measured: Measured = { values: new Map(), skipped: new Set(), failures: [] }
  const roundsOf = (row: Row) => rounds ?? row.rounds
  const most = Math.max(0, ...rows.map(roundsOf))
  for (let round = 1; round <= most; round++) {
    for (const row of rows.filter((row) => round <= roundsOf(row))) {
      for (const way of row.ways) {
        if (interrupted.aborted) return measured
        const name = `(${row.number}) ${way.readings[0]?.what ?? ''}`
        say(`round ${round} of ${roundsOf(row)}: ${name}`)
        try {
          keep(measured, round, way, await withinLimit(way, place, interrupted))
        } catch (error) {
          if (error instanceof Skip) measured.skipped.add(`${name}: ${error.message}`)
          else if (!interrupted.aborted) measured.failures.push(`${name}, round ${round}: ${messageOf(error)}`)
          // Whatever this one has left must not run beside the next one.
          await place.sweep()
        }
      }
    }
  }
  return measured
}

async function withinLimit(
  way: Way,
  place: Place,
  interrupted: AbortSignal,
): Promise<Readonly<Record<string, number>>> {
  const { limitMs = usualLimitMs } = way
  const controller = new AbortController()
  const interrupt = () => controller.abort(interrupted.reason)
  interrupted.addEventListener('abort', interrupt)
  const timer = setTimeout(() => controller.abort(new Error(`it took longer than ${limitMs} ms`)), limitMs)
  try {
    return await way.measure(place, controller.signal)
  } finally {
    clearTimeout(timer)
    interrupted.removeEventListener('abort', interrupt)
  }
}

function keep({ values }: Measured, round: number, { readings }: Way, found: Readonly<Record<string, number>>): void {
  for (const { key } of readings) {
    const value = found[key]
    if (value === undefined) throw new Error(`measuring gave no "${key}"`)
    values.set(key, (values.get(key) ?? new Map<number, number>()).set(round, value))
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
