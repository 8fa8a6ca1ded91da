/** The folder of a new lab: chosen, checked, and entered below REDIS_LAB_STATE so that the lab can be found by its name. */
import { existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { LabError } from '../errors.js'
import { labEntry, labFiles, labsDir, type Places } from '../paths.js'
import type { LabSpec } from '../spec/index.js'

/** @throws LabError `bad-input` when the folder holds something that this lab would have to overwrite; nothing was made then */
export function claimFolder(places: Places, spec: LabSpec, ports: readonly number[]): string {
  const entry = labEntry(places, spec.name)
  const dir = spec.dir ?? (spec.ephemeral ? mkdtempSync(path.join(os.tmpdir(), `redis-lab-${spec.name}-`)) : entry)
  const inTheWay = [labFiles.record(dir), ...ports.map((port) => labFiles.node(dir, port))].filter((file) =>
    existsSync(file),
  )
  if (inTheWay.length > 0) {
    throw new LabError({
      code: 'bad-input',
      message: `${dir} already holds something that the lab "${spec.name}" would have to overwrite`,
      hint: 'Choose another folder with --dir.',
      details: inTheWay,
    })
  }
  makeFolder(dir)
  makeFolder(labsDir(places))
  if (dir !== entry) {
    // Only a link can stand here, and only one that leads to no lab: findLab has looked.
    if (lstatSync(entry, { throwIfNoEntry: false })?.isSymbolicLink()) rmSync(entry)
    symlinkSync(dir, entry)
  }
  return dir
}

function makeFolder(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true })
  } catch (error) {
    throw new LabError(
      {
        code: 'bad-input',
        message: `the folder ${dir} cannot be made: ${(error as Error).message}`,
        hint: 'Choose another folder with --dir, or with REDIS_LAB_STATE for all labs.',
      },
      { cause: error },
    )
  }
}
