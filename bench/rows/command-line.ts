/** (9) What a command costs that does next to nothing, beside a Node that does nothing. */
import { withLab, sixNodes } from '../place/lab.js'
import type { Ran } from '../place/run.js'
import type { Row } from '../row.js'
import { median } from '../statistics.js'

/** A single start of some ten milliseconds says little. */
const startsPerRound = 5

export const commandLine: Row = {
  number: 9,
  rounds: 5,
  ways: [
    {
      readings: [{ key: 'node', what: '`node -e 0`', unit: 'ms' }],
      measure: async (place, signal) => ({ node: await usual(() => place.node(['-e', '0'], { signal })) }),
    },
    {
      readings: [{ key: 'cli-version', what: '`redis-lab --version`', unit: 'ms' }],
      measure: async (place, signal) => ({
        'cli-version': await usual(() => place.redisLab(['--version'], { signal })),
      }),
    },
    {
      readings: [
        { key: 'cli-status-up', what: '`redis-lab status` of a lab that is up', unit: 'ms' },
        { key: 'cli-status', what: '`redis-lab status` of a lab that is down', unit: 'ms' },
      ],
      measure: (place, signal) =>
        withLab({ place, signal }, sixNodes, async (lab) => {
          const status = () => place.redisLab(['status', '--name', lab.name], { signal })
          await lab.up()
          const upMs = await usual(status)
          await lab.down()
          return { 'cli-status-up': upMs, 'cli-status': await usual(status) }
        }),
    },
  ],
}

async function usual(start: () => Promise<Ran>): Promise<number> {
  const times: number[] = []
  for (let n = 0; n < startsPerRound; n++) times.push((await start()).elapsedMs)
  return median(times)
}
