/** (2) `redis-lab up` on a built release, from spawning the command to its exit. */
import { sixNodes, withLab } from '../place/lab.js'
import type { Row } from '../row.js'

export const up: Row = {
  number: 2,
  rounds: 5,
  ways: [
    {
      readings: [{ key: 'up', what: '`redis-lab up`, the whole command', unit: 'ms' }],
      measure: (place, signal) => withLab({ place, signal }, sixNodes, async (lab) => ({ up: await lab.up() })),
    },
  ],
}
