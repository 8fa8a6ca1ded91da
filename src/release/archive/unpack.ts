/** Unpacks a release: the only door to tar. */
import { mkdirSync } from 'node:fs'
import { LabError } from '../../errors.js'
import { entryProblem, type ArchiveEntry } from './judge.js'

export interface UnpackJob {
  /** A tar archive, gzipped or plain. */
  readonly archive: string
  /** Made when missing. The archive's own top folder is left out. */
  readonly into: string
  /** What the archive is called in errors: its address or the path that was given. */
  readonly name: string
  readonly signal?: AbortSignal | undefined
}

/**
 * By itself tar repairs or leaves out what is dangerous and goes on. A release has nothing of the kind, so here the first
 * such entry ends it.
 *
 * @throws LabError `archive-refused` naming the entry; `release-broken` when it cannot be read to its end; `interrupted`
 */
export async function unpack({ archive, into, name, signal }: UnpackJob): Promise<void> {
  const tar = await import('tar')
  mkdirSync(into, { recursive: true })
  let refused: { entry: ArchiveEntry; problem: string } | undefined
  const wanted = (_path: string, found: unknown) => {
    const entry = found as ArchiveEntry
    const problem = refused ? undefined : entryProblem(entry)
    if (problem) refused = { entry, problem }
    return refused === undefined && signal?.aborted !== true
  }
  let failure: Error | undefined
  try {
    await tar.extract({ file: archive, cwd: into, strip: 1, strict: true, preserveOwner: false, filter: wanted })
  } catch (error) {
    failure = error as Error
  }
  if (refused) {
    throw new LabError({
      code: 'archive-refused',
      message: `${name} was refused: the entry "${refused.entry.path}" does not stay inside`,
      hint: 'No real release contains such an entry. Where does the archive come from?',
      details: [`${refused.entry.path}: ${refused.problem}`],
    })
  }
  if (signal?.aborted) throw new LabError({ code: 'interrupted', message: 'interrupted while unpacking' })
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
