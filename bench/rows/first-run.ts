/** (8) The first run: from a tarball on disk to a server, by `redis-lab install` and by what people type. */
import { readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { compareVersions } from '../../src/release/index.js'
import { readSourceVersion } from '../../src/release/programs.js'
import { findOnPath } from '../../src/util/command.js'
import type { Place } from '../place/place.js'
import { run } from '../place/run.js'
import { sourceTarball, unpackPlainly } from '../place/source.js'
import { Skip, type Row } from '../row.js'

const limitMs = 20 * 60_000
/** From here on the top folder's make builds the modules too, with tools that few machines have. */
const modulesSince = '8.10.0'

export const firstRun: Row = {
  number: 8,
  rounds: 1,
  ways: [
    {
      readings: [{ key: 'install', what: '`redis-lab install ./tarball` into an empty cache', unit: 'ms' }],
      limitMs,
      measure: async (place, signal) => {
        const tarball = await tarballToMake(place, signal)
        const cache = place.folder('cache')
        const env = { REDIS_LAB_CACHE: cache }
        const { elapsedMs } = await place.redisLab(['install', tarball], { signal, env })
        rmSync(cache, { recursive: true })
        return { install: elapsedMs }
      },
    },
    {
      readings: [{ key: 'plain-make', what: '`tar -xzf` and `make -j$(nproc)` of the same', unit: 'ms' }],
      limitMs,
      measure: async (place, signal) => {
        const tarball = await tarballToMake(place, signal)
        const into = place.folder('make')
        const unpacked = await unpackPlainly(place, { tarball, into, signal })
        const where = isWithoutModules(unpacked.dir) ? [] : ['-C', 'src']
        const args = [...where, `-j${os.availableParallelism()}`]
        const made = await run('make', args, { cwd: unpacked.dir, env: place.env, signal })
        rmSync(into, { recursive: true })
        return { 'plain-make': unpacked.elapsedMs + made.elapsedMs }
      },
    },
  ],
}

async function tarballToMake(place: Place, signal: AbortSignal): Promise<string> {
  if (!findOnPath('make', place.env['PATH'])) throw new Skip('there is no make')
  return sourceTarball(place, signal)
}

function isWithoutModules(dir: string): boolean {
  const release = readSourceVersion(readFileSync(path.join(dir, 'src', 'version.h'), 'utf8'))
  return release?.engine === 'valkey' || (release !== undefined && compareVersions(release.version, modulesSince) < 0)
}
