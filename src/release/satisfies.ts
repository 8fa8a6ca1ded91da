/** Whether a build is what `--redis` specifies, without installing anything. */
import type { Build, OfficialRelease } from './build.js'
import { checksums } from './checksums.js'
import { placeOf } from './cached.js'
import type { Environment } from './context.js'
import { readRequest } from './request.js'

interface Request {
  readonly redis?: string | undefined
  readonly sha256?: string | undefined
}

/**
 * A version is compared as a version, wherever the build came from: that is what a client of the lab can tell apart. A line is
 * satisfied by each version of it, because a lab stays on the version that it was created with.
 *
 * @throws LabError `release-unknown`, `bad-input`
 */
export function satisfies({ redis, sha256 }: Request, build: Build, env: Environment): boolean {
  const wanted = readRequest(redis, { env, known: checksums, sha256 })
  switch (wanted.kind) {
    case 'default':
      return true
    case 'official': {
      if (build.engine !== wanted.engine) return false
      const { alias = wanted.version } = wanted
      return build.version === wanted.version || build.version.startsWith(`${alias}.`)
    }
    case 'distro': {
      const suite = /^distribution source \S+(?: \((.*)\))?$/.exec(build.source)
      return suite !== null && build.engine === wanted.engine && suite[1] === wanted.suite
    }
    case 'system':
      return build.source === 'system'
    case 'built':
      return build.server === wanted.programs.server
    case 'url':
    case 'tarball':
    case 'source-tree':
      return build.source === placeOf(wanted)
  }
}

/** The release that `--redis` specifies, where the text alone says so. @throws LabError `release-unknown`, `bad-input` */
export function specifiedRelease({ redis, sha256 }: Request, env: Environment): OfficialRelease | undefined {
  const wanted = readRequest(redis, { env, known: checksums, sha256 })
  return wanted.kind === 'official' ? { engine: wanted.engine, version: wanted.version } : undefined
}
