/** Before a kept lab starts: what it lost while it was down, and who has it. */
import { LabError } from '../errors.js'
import type { Emit } from '../events.js'
import { setDataAside, type RedisNode } from '../node/index.js'
import { commandFor } from '../spec/index.js'
import { assessData, readHeldData, type DataLoss } from './held-data.js'
import type { LabRecord } from './record.js'

/**
 * @returns for each master whose data is gone the replica that has it
 * @throws LabError `data-missing` unless `accept`; nothing was touched then
 */
export function replaceLost(
  { name, dir }: Pick<LabRecord, 'name' | 'dir'>,
  nodes: readonly RedisNode[],
  { accept, emit }: { readonly accept: boolean; readonly emit: Emit },
): Map<RedisNode, RedisNode> {
  const { replaced, lost } = assessData(readHeldData(dir), nodes)
  if (lost.length > 0 && !accept) throw missing(name, lost)
  const heirs = new Map<RedisNode, RedisNode>()
  for (const { name: former, heir: successor, problems } of [...replaced, ...lost]) {
    const [master, heir] = [former, successor].map((one) => nodes.find((node) => node.name === one))
    // Without an heir the master starts with what it has.
    if (!master || !heir) continue
    // As a replica it gets everything anew, in the place of what is left there.
    const aside = setDataAside(master.dir) ?? null
    emit({ type: 'node-data-replaced', node: former, port: master.port, heir: heir.name, problems, aside })
    heirs.set(master, heir)
  }
  return heirs
}

const missing = (lab: string, lost: readonly DataLoss[]): LabError =>
  new LabError({
    code: 'data-missing',
    message: 'data that this lab held when it went down is missing',
    hint: `Put the files back. Or start with what is left: ${commandFor(lab, 'up', '--accept-data-loss')}`,
    details: lost.flatMap(({ name, keys, problems }) => [
      `${name} held ${keys ?? 'an unknown number of'} keys`,
      ...problems.map((one) => `  ${one}`),
    ]),
  })
