/** Writes what record.ts reads. Apart from it, because a supervisor writes only, and need not load what checks a record. */
import { rmSync } from 'node:fs'
import type { Access } from '../node/index.js'
import { labFiles } from '../paths.js'
import { writeWhole } from '../util/files.js'
import type { LabRecord, RunRecord } from './record.js'

export const recordText = (record: LabRecord): string => `${JSON.stringify(record, null, 2)}\n`

export function writeLab(record: LabRecord): void {
  writeWhole(labFiles.record(record.dir), recordText(record))
}

/** Nothing is written of a lab that anybody may talk to. */
export function writeAccess(dir: string, access: Access): void {
  if (access.tls || access.user) writeWhole(labFiles.access(dir), `${JSON.stringify(access, null, 2)}\n`, 0o600)
}

export function writeRun(dir: string, run: RunRecord): void {
  writeWhole(labFiles.running(dir), `${JSON.stringify(run, null, 2)}\n`, 0o600)
}

export function removeRun(dir: string): void {
  rmSync(labFiles.running(dir), { force: true })
}
