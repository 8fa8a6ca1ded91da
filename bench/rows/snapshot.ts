/** (11) Loading 100,000 keys into two labs, against loading them into one and beginning ten others with its snapshot. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { packageRoot } from '../../src/paths.js'
import type { Place } from '../place/place.js'
import type { Row, Way } from '../row.js'

interface Told {
  readonly times: Readonly<Record<string, number>>
  readonly labs: readonly { readonly ports: readonly number[]; readonly socket: string; readonly dir: string }[]
}

/** How a seed is written: each key awaited, as a loop does it, or many under way at once. */
const loadings = [
  { key: 'one-by-one', words: 'one by one', atOnce: 1 },
  { key: 'in-batches', words: '1,000 at once', atOnce: 1000 },
] as const

export const snapshot: Row = {
  number: 11,
  rounds: 2,
  ways: loadings.flatMap(({ key, words, atOnce }): Way[] => [
    {
      readings: [{ key: `twice-${key}`, what: `100,000 keys loaded into two labs, ${words}`, unit: 'ms' }],
      measure: async (place, signal) => {
        const times = await tell(place, ['twice', atOnce], signal)
        return { [`twice-${key}`]: times['all'] ?? NaN }
      },
    },
    {
      readings: [
        { key: `once-${key}`, what: `loaded into one, ${words}; a snapshot; ten labs from it`, unit: 'ms' },
        { key: `snapshot-${key}`, what: '… of which `lab.snapshot()`', unit: 'ms' },
        { key: `boot-${key}`, what: '… of which one `startLab({ from })` and `stop()`', unit: 'ms' },
      ],
      measure: async (place, signal) => {
        const times = await tell(place, ['once', atOnce], signal)
        const { all = NaN, snapshot: saved = NaN, boots = NaN } = times
        return { [`once-${key}`]: all, [`snapshot-${key}`]: saved, [`boot-${key}`]: boots }
      },
    },
  ]),
}

async function tell(place: Place, words: readonly (string | number)[], signal: AbortSignal): Promise<Told['times']> {
  const program = path.join(packageRoot(), 'bench', 'child', 'snapshot.js')
  const { stdout } = await place.node([program, ...words.map(String)], { signal })
  const { times, labs } = JSON.parse(stdout) as Told
  for (const { ports, socket, dir } of labs) {
    place.expectGone(socket)
    await place.expectFree(ports)
    if (existsSync(dir)) throw new Error(`startLab() has left ${dir}`)
  }
  return times
}
