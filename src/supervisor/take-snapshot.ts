/** The data of a running lab, put into a folder: loaded when somebody asks for it. */
import path from 'node:path'
import { discard, dumpMasters, type DumpSource, type SlotRange, type TemporaryChanges } from '../cluster/index.js'
import { copyWhole } from '../util/files.js'

export interface TakenMaster {
  readonly slots: readonly SlotRange[]
  readonly keys: number
  /** An RDB file in the folder: m1.rdb for the one with the first slots, and so on. */
  readonly file: string
}

export interface TakenSnapshot {
  /** In the order of their first slots, whatever their names in the lab. */
  readonly masters: readonly TakenMaster[]
  readonly keys: number
  readonly pausedMs: number
}

/** @throws LabError `wrong-state`, `snapshot-failed` */
export async function takeSnapshot(
  nodes: readonly DumpSource[],
  {
    dir,
    deadline,
    temporary,
  }: { readonly dir: string; readonly deadline: number; readonly temporary: TemporaryChanges },
): Promise<TakenSnapshot> {
  const { masters, pausedMs } = await dumpMasters(nodes, { deadline, pauses: temporary.pauses })
  try {
    const taken = await Promise.all(
      masters.map(async ({ file, spare, slots, keys }, index): Promise<TakenMaster> => {
        const name = `m${index + 1}.rdb`
        await copyWhole(file, path.join(dir, name), { move: spare })
        return { slots, keys, file: name }
      }),
    )
    return { masters: taken, keys: taken.reduce((sum, { keys }) => sum + keys, 0), pausedMs }
  } finally {
    // What could not be moved is of no use to anybody.
    await discard(masters)
  }
}
