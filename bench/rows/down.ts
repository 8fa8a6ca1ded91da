/** (7) Taking six nodes down: by the command, and by a test's own handle. */
import { sixNodes, withLab } from '../place/lab.js'
import { startLabAlone } from '../place/start-lab.js'
import type { Row } from '../row.js'

export const down: Row = {
  number: 7,
  rounds: 5,
  ways: [
    {
      readings: [{ key: 'down', what: '`redis-lab down`, the whole command', unit: 'ms' }],
      measure: (place, signal) =>
        withLab({ place, signal }, sixNodes, async (lab) => {
          await lab.up()
          return { down: await lab.down() }
        }),
    },
    {
      readings: [{ key: 'lab-stop', what: '`lab.stop()`', unit: 'ms' }],
      measure: async (place, signal) => ({ 'lab-stop': (await startLabAlone(place, signal)).stopMs }),
    },
  ],
}
