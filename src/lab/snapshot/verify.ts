/** Whether the data of a snapshot is what its manifest says. */
import { createHash } from 'node:crypto'
import { createReadStream, lstatSync } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { damaged, shardFile, type Manifest, type Shard } from './manifest.js'

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

/**
 * A file that has its size and time of then is taken for what it was; of any other, one that was copied say, the content counts.
 * Redis itself checks each RDB file that it loads for broken bits.
 *
 * @returns the path of each master's file; null where there was no data
 * @throws LabError `snapshot-damaged`, with everything that is wrong
 */
export async function verifiedFiles(dir: string, { shards }: Manifest): Promise<(string | null)[]> {
  const looks = await Promise.all(
    shards.map(async ({ file }, index) => {
      if (!file) return { file: null }
      const name = shardFile(index, file.kind)
      return { file: path.join(dir, name), problem: await problemOf(path.join(dir, name), file) }
    }),
  )
  const problems = looks.flatMap(({ file, problem }) =>
    problem === undefined ? [] : [`${path.basename(file)}: ${problem}`],
  )
  if (problems.length > 0) throw damaged(dir, problems)
  return looks.map(({ file }) => file)
}

async function problemOf(file: string, expected: NonNullable<Shard['file']>): Promise<string | undefined> {
  const found = lstatSync(file, { throwIfNoEntry: false })
  if (!found) return 'it is missing'
  // A link could lead out of the folder.
  if (!found.isFile()) return 'it is not a file'
  if (found.size !== expected.sizeBytes) return `it has ${found.size} bytes instead of ${expected.sizeBytes}`
  if (Math.floor(found.mtimeMs) === expected.modifiedMs) return undefined
  return (await sha256Of(file)) === expected.sha256 ? undefined : 'it has another content than it had'
}
