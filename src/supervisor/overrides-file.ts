/**
 * overrides.json: what this supervisor has set on the nodes only for a while. Usually there is none. Should this supervisor die,
 * the one that adopts the lab puts back what it names (read-overrides.ts).
 */
import { rmSync } from 'node:fs'
import type { TemporaryRecord } from '../cluster/index.js'
import { labFiles } from '../paths.js'
import { writeWhole } from '../util/files.js'

export function writeOverrides(dir: string, record: TemporaryRecord): void {
  if (record.directives.length === 0 && record.pauses.length === 0) removeOverrides(dir)
  else writeWhole(labFiles.overrides(dir), `${JSON.stringify({ format: 1, ...record }, null, 2)}\n`, 0o600)
}

export function removeOverrides(dir: string): void {
  rmSync(labFiles.overrides(dir), { force: true })
}
