/** Snapshots in words, for a person. */
import { bytes } from './event.js'
import { table } from './table.js'

/** A line of `snapshot ls`, an element of what `snapshot ls --json` prints, and what `snapshot save --json` prints. */
export interface SnapshotRow {
  readonly name: string
  readonly dir: string
  /** The lab that it was taken of. */
  readonly lab: string | null
  readonly redis: string | null
  readonly masters: number | null
  /** Of each master. */
  readonly replicas: number | null
  /** Null where the lab was down. */
  readonly keys: number | null
  readonly sizeBytes: number | null
  readonly createdAt: string | null
  /** Why it cannot be used. */
  readonly problem: string | null
}

export function snapshotsText(rows: readonly SnapshotRow[]): string {
  if (rows.length === 0) return 'There are no snapshots. Take one of a lab with: redis-lab snapshot save NAME'
  const cells = rows.map((row) => {
    if (row.problem !== null) return [row.name, row.problem, '', '', '', '', '']
    return [
      row.name,
      row.lab ?? '-',
      row.redis ?? '-',
      `${row.masters ?? '-'} x ${row.replicas ?? '-'}`,
      String(row.keys ?? '-'),
      row.sizeBytes === null ? '-' : bytes(row.sizeBytes),
      row.createdAt ?? '-',
    ]
  })
  return table(['NAME', 'LAB', 'REDIS', 'NODES', 'KEYS', 'SIZE', 'TAKEN'], cells)
}

export function savedText({ name, lab, dir, keys, sizeBytes }: SnapshotRow): string {
  const what = keys === null ? bytes(sizeBytes ?? 0) : `${keys} keys, ${bytes(sizeBytes ?? 0)}`
  return `Snapshot "${name}" of the lab "${lab}" is taken (${what}), in ${dir}.\nBegin a lab with it: redis-lab up --name NAME --from ${name}`
}
