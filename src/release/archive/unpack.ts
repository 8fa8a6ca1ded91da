/** Unpacks a release: the only door to tar. */
import { createReadStream, mkdirSync } from 'node:fs'
import type { ReadEntry } from 'tar'
import { LabError } from '../../errors.js'
import { quoted } from '../../util/text.js'
import { archiveJudge, type ArchiveEntry, type ArchiveLimits } from './judge.js'

export interface UnpackJob {
  /** A tar archive, gzipped or plain. */
  readonly archive: string
  /** Made when missing. The archive's own top folder is left out. */
  readonly into: string
  /** What the archive is called in errors: its address or the path that was given. */
  readonly name: string
  readonly signal?: AbortSignal | undefined
  readonly limits?: ArchiveLimits
}

/**
 * By itself tar repairs or leaves out what is dangerous and goes on. A release has nothing of the kind, so here the first
 * such entry ends it: nothing behind it is even decompressed.
 *
 * @throws LabError `archive-refused` naming the entry; `release-broken` when it cannot be read to its end; `interrupted`
 */
export async function unpack({ archive, into, name, signal, limits }: UnpackJob): Promise<void> {
  const tar = await import('tar')
  const interrupted = () => new LabError({ code: 'interrupted', message: 'interrupted while unpacking' })
  if (signal?.aborted) throw interrupted()
  mkdirSync(into, { recursive: true })
  const judge = archiveJudge(limits)
  let refused: { entry: ArchiveEntry; problem: string } | undefined
  const unpacker = new tar.Unpack({ cwd: into, strip: 1, strict: true, preserveOwner: false, filter: wanted })
  const stop = () => unpacker.abort(new Error('stopped'))

  function wanted(_path: string, found: unknown): boolean {
    const entry = found as ReadEntry
    // Not its "size": of several that its headers may give, that need not be the one that is obeyed.
    const { path, type, linkpath, remain: sizeBytes } = entry
    const problem = judge({ path, type, linkpath, sizeBytes })
    if (problem === undefined) return true
    refused = { entry, problem }
    stop()
    return false
  }

  signal?.addEventListener('abort', stop, { once: true })
  const source = createReadStream(archive)
  let failure: Error | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      source.on('error', reject)
      unpacker.on('error', reject)
      unpacker.on('close', resolve)
      source.pipe(unpacker)
    })
  } catch (error) {
    failure = error as Error
  } finally {
    signal?.removeEventListener('abort', stop)
    source.destroy()
  }
  if (refused) {
    const { entry, problem } = refused
    throw new LabError({
      code: 'archive-refused',
      message: `${name} was refused for its entry ${quoted(entry.path)}`,
      hint: 'No real release contains such an entry. Where does the archive come from?',
      details: [`${quoted(entry.path)}: ${problem}`],
    })
  }
  if (signal?.aborted) throw interrupted()
  if (failure) {
    throw new LabError(
      {
        code: 'release-broken',
        message: `${name} cannot be unpacked: the archive is damaged or incomplete`,
        hint: 'Get it again, and try "tar -tzf" on it.',
        details: [failure.message],
      },
      { cause: failure },
    )
  }
}
