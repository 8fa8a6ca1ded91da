/** The end of a snapshot's folder. */
import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { LabError } from '../../errors.js'
import { isSnapshotFile } from './manifest.js'

/** Only what a snapshot consists of, and the manifest first: what is cut short is no snapshot any more. */
export function removeFolderOf(dir: string): void {
  if (!existsSync(dir)) return
  rmSync(path.join(dir, 'manifest.json'), { force: true })
  for (const name of readdirSync(dir).filter(isSnapshotFile)) rmSync(path.join(dir, name), { force: true })
  const others = readdirSync(dir)
  if (others.length === 0) return rmdirSync(dir)
  throw new LabError({
    code: 'storage',
    message: `the folder of the snapshot holds something else, and stays: ${dir}`,
    hint: 'Its data is deleted. Take out what is yours.',
    details: others,
  })
}
