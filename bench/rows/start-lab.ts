/** (3) `startLab()`, from call to return, and what importing the library costs before. */
import { startLabAlone } from '../place/start-lab.js'
import type { Row } from '../row.js'

export const startLab: Row = {
  number: 3,
  rounds: 5,
  ways: [
    {
      readings: [
        { key: 'start-lab', what: '`startLab()`, from call to return', unit: 'ms' },
        { key: 'import', what: 'importing the library', unit: 'ms' },
      ],
      measure: async (place, signal) => {
        const { startMs, importMs } = await startLabAlone(place, signal)
        return { 'start-lab': startMs, import: importMs }
      },
    },
  ],
}
