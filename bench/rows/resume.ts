/** (6) `up` of a lab that was taken down with data in it, against the `up` that made it. */
import { countKeys, fill } from '../place/keys.js'
import { sixNodes, withLab } from '../place/lab.js'
import type { Row } from '../row.js'

const keyCount = 10_000

export const resume: Row = {
  number: 6,
  rounds: 5,
  ways: [
    {
      readings: [
        { key: 'resume-new', what: '`redis-lab up` of a new lab', unit: 'ms' },
        { key: 'resume', what: '`redis-lab up` of a kept lab with 10,000 keys', unit: 'ms' },
      ],
      measure: (place, signal) =>
        withLab({ place, signal }, sixNodes, async (lab) => {
          const newMs = await lab.up()
          await fill(await lab.status(), keyCount, sixNodes.replicas)
          await lab.down()
          const resumeMs = await lab.up()
          const found = await countKeys(await lab.status())
          // The time of a lab that has lost its data would be worth nothing.
          if (found !== keyCount) throw new Error(`the kept lab has ${found} of ${keyCount} keys`)
          return { 'resume-new': newMs, resume: resumeMs }
        }),
    },
  ],
}
