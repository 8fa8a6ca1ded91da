/** Files that appear whole or not at all. */
import { randomBytes } from 'node:crypto'
import { renameSync, rmSync, writeFileSync } from 'node:fs'

/** Writes beside the target and renames over it, so that a reader sees the old text or the new one and never a part. */
export function writeWhole(file: string, text: string, mode = 0o644): void {
  const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`
  try {
    writeFileSync(draft, text, { mode, flag: 'wx' })
    renameSync(draft, file)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}
