/**
 * The data of one node is deleted, cut or replaced by an older copy while the lab is down.
 *
 * `up` either starts the lab with every acknowledged write, or refuses because no replica is known to have them all. Then the
 * files are put back, as its hint advises, and it must start.
 */
import { cpSync, readdirSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs'
import path from 'node:path'
import { until } from '../../../src/util/until.js'
import { lastLines } from '../command.js'
import { Violation } from '../violation.js'
import type { Fault, LabUnderFault } from './fault.js'

const damages = ['deleted', 'cut', 'older'] as const
const writesMs = 20_000
const fewWrites = 100

export const dataDamage: Fault = {
  name: 'data damaged while down',
  weight: 4,
  async inject(lab, { node: number, coin, fraction }) {
    const { place, writer } = lab
    const { nodes, dir } = await lab.recovered()
    // Masters matter most: one of them, or any node.
    const eligible = coin ? nodes.filter(({ role }) => role === 'master') : nodes
    const node = eligible[number % eligible.length]
    const damage = damages[Math.floor(fraction * damages.length)]
    if (!node || !damage) throw new Error('the lab has no such node')
    const data = path.join(node.dir, 'appendonlydir')
    const [older, kept] = ['older', 'kept'].map((name) => path.join(place.dir, `data-${name}`)) as [string, string]

    cpSync(data, older, { recursive: true })
    await moreWrites(lab)
    // The writer of every second lab is stopped by `down` in the middle of its work.
    writer.idle = number % 2 === 0
    await place.run('down')
    place.journal.note(`the data of ${node.name} is ${damage}: ${path.relative(dir, data)}`)
    cpSync(data, kept, { recursive: true })
    if (damage === 'cut') cut(data)
    else rmSync(data, { recursive: true })
    if (damage === 'older') cpSync(older, data, { recursive: true })

    const up = await place.end(place.start('up'))
    if (up.code !== 0) {
      if (up.code !== 1 || !up.stderr.includes('data that this lab held when it went down is missing')) {
        throw new Violation('failure', `up with damaged data ended with ${up.code ?? up.signal}`, lastLines(up))
      }
      rmSync(data, { recursive: true, force: true })
      renameSync(kept, data)
      await place.run('up')
    }
    for (const copy of [older, kept]) rmSync(copy, { recursive: true, force: true })
    writer.idle = false
  },
}

/** Half of the file to which the server appended. */
function cut(data: string): void {
  for (const name of readdirSync(data).filter((one) => one.endsWith('.incr.aof'))) {
    const file = path.join(data, name)
    truncateSync(file, Math.floor(statSync(file).size / 2))
  }
}

/** Waits until the older copy is out of date. */
async function moreWrites({ writer }: LabUnderFault): Promise<void> {
  const before = writer.acknowledged.size
  const enough = () => writer.acknowledged.size >= before + fewWrites || undefined
  if (await until(enough, { deadline: Date.now() + writesMs, pollMs: 20 })) return
  throw new Violation('failure', `fewer than ${fewWrites} writes were acknowledged within ${writesMs} ms`)
}
