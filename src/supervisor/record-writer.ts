/** Writes what record.ts reads. Apart from it, because a supervisor writes only, and need not load what checks a record. */
import { mkdirSync, rmSync } from 'node:fs'
import { labFiles } from '../paths.js'
import { writeWhole } from '../util/files.js'
import type { LabRecord, RunRecord } from './record.js'

export function writeLab(record: LabRecord): void {
  mkdirSync(record.dir, { recursive: true })
  writeWhole(labFiles.record(record.dir), `${JSON.stringify(record, null, 2)}\n`)
}

export function writeRun(dir: string, run: RunRecord): void {
  writeWhole(labFiles.running(dir), `${JSON.stringify(run, null, 2)}\n`, 0o600)
}

export function removeRun(dir: string): void {
  rmSync(labFiles.running(dir), { force: true })
}
