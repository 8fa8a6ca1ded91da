/** Archives that no well-behaved tool makes: written header by header. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import * as tar from 'tar'
import { tempDir } from './support.js'

export interface Entry {
  readonly path: string
  readonly type?: 'File' | 'Directory' | 'SymbolicLink' | 'Link' | 'CharacterDevice' | 'BlockDevice' | 'FIFO'
  readonly linkpath?: string
  readonly text?: string
  /** What the header says; the text's own size where nothing is said. */
  readonly declaredBytes?: number
  /** Headers in front of it: for this entry, and for all from here on. */
  readonly extended?: tar.HeaderData
  readonly globally?: tar.HeaderData
}

export function archiveOf(entries: readonly Entry[]): string {
  const file = path.join(tempDir(), 'hostile.tar.gz')
  writeFileSync(file, gzipSync(Buffer.concat([...entries.flatMap(blocksOf), Buffer.alloc(1024)])))
  return file
}

function blocksOf({ path, type = 'File', linkpath = '', text = '', ...said }: Entry): Buffer[] {
  const size = said.declaredBytes ?? Buffer.byteLength(text)
  const header = Buffer.alloc(512)
  new tar.Header({ path, linkpath, type, size, mode: 0o755, mtime: new Date(0) }).encode(header, 0)
  const body = Buffer.alloc(Math.ceil(Buffer.byteLength(text) / 512) * 512)
  body.write(text)
  return [
    ...(said.globally ? [new tar.Pax(said.globally, true).encode()] : []),
    ...(said.extended ? [new tar.Pax(said.extended).encode()] : []),
    header,
    body,
  ]
}
