/** Names sources by what they contain: the same sources are made once, wherever they lie. */
import { createHash, type Hash } from 'node:crypto'
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import path from 'node:path'

/** Sixteen digits of a sha256 over a file, or over all that counts as a source in a folder. */
export function contentHash(target: string): string {
  const hash = createHash('sha256')
  if (statSync(target).isDirectory()) hashTree(hash, target, '.')
  else hash.update(readFileSync(target))
  return shortened(hash.digest('hex'))
}

/** Enough to tell sources apart. */
export const shortened = (sha256: string): string => sha256.slice(0, 16)

/** What an earlier make has left was made with settings that are not ours. */
export const isSource = (name: string): boolean =>
  name !== '.git' && !/\.([oad]|so|dylib)$|^\.make-|^Makefile\.dep$/.test(name)

function hashTree(hash: Hash, root: string, relative: string): void {
  const entries = readdirSync(path.join(root, relative), { withFileTypes: true })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!isSource(entry.name)) continue
    const inner = path.join(relative, entry.name)
    const file = path.join(root, inner)
    if (entry.isDirectory()) hashTree(hash, root, inner)
    else if (entry.isSymbolicLink()) hash.update(`${inner}\0${readlinkSync(file)}\0`)
    else if (entry.isFile()) hash.update(`${inner}\0`).update(readFileSync(file)).update('\0')
  }
}
