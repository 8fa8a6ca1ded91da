/**
 * What `--redis` asked for: from a text to one of a few kinds, or to a sentence about what is wrong with it.
 *
 *     [ENGINE@]VERSION    8.0.6, valkey@9.1.1              a release with a checksum in our table
 *     [ENGINE@]ALIAS      8.0, 8, latest                   the newest of these, as far as the table goes
 *     [ENGINE@]distro[:SUITE]                              a source package of the distribution, of this or another suite
 *     system · https://….tar.gz (with a sha256) · a path
 */
import { accessSync, constants, existsSync, statSync, type Stats } from 'node:fs'
import path from 'node:path'
import { LabError } from '../errors.js'
import { checksumProblem, isAddress } from '../spec/index.js'
import { didYouMean } from '../util/did-you-mean.js'
import { quoted } from '../util/text.js'
import { titleOf, type Build, type OfficialRelease } from './build.js'
import type { Checksums } from './checksums.js'
import type { Environment } from './context.js'
import { addressProblem } from './download/address.js'
import { cliBeside, findPrograms, isProgram, isSourceTree, type Programs } from './programs.js'
import { isAlias, isVersion, nearestVersions, newestOf } from './version.js'

export type Wanted =
  | { readonly kind: 'default' }
  /** `alias` is what was asked for where that was not the version itself. */
  | (OfficialRelease & { readonly kind: 'official'; readonly alias?: string })
  | { readonly kind: 'distro'; readonly engine: Build['engine']; readonly suite?: string }
  | { readonly kind: 'system' }
  | { readonly kind: 'url'; readonly url: URL; readonly sha256: string }
  | { readonly kind: 'tarball'; readonly file: string }
  | { readonly kind: 'source-tree'; readonly dir: string }
  | { readonly kind: 'built'; readonly programs: Programs; readonly path: string }

export interface RequestContext {
  readonly env: Environment
  readonly known: Checksums
  readonly sha256?: string | undefined
}

const named = /^(?:(redis|valkey)@)?(.+)$/

/**
 * Looks at the file system, touches nothing.
 *
 * @throws LabError `release-unknown`; `bad-input` for an address without a sha256, or a sha256 without an address
 */
export function readRequest(text: string | undefined, { env, known, sha256 }: RequestContext): Wanted {
  const problem = checksumProblem({ redis: text, sha256 })
  if (problem) throw new LabError({ code: 'bad-input', message: problem, hint: ways })
  if (text === undefined || text === '') return { kind: 'default' }
  if (text === 'system') return { kind: 'system' }
  if (isAddress(text)) return readAddress(text, sha256 ?? '')
  const [, prefix, what = ''] = named.exec(text) ?? []
  const engine = prefix === 'valkey' ? 'valkey' : 'redis'
  if (/^distro(:|$)/.test(what)) return readDistro(what, engine)
  if (isVersion(what) || isAlias(what)) return readVersion(what, engine, known)
  if (looksLikePath(text)) return readPath(resolvePath(text, env))
  if (/^v?\d[\w.-]*$/.test(what)) throw unknownVersion(what.replace(/^v/, ''), engine, known)
  throw unknown(
    `unknown release ${quoted(text)}: expected a version, "latest", "system", "distro", an address or a path`,
    didYouMean(text, ['latest', 'system', 'distro']),
  )
}

/** What asks for exactly this build, where `text` asked for the newest of its kind: a kept lab stays on what it was made with. */
export function pinnedTo(text: string | undefined, { engine, version }: Pick<Build, 'engine' | 'version'>) {
  const [, , what = ''] = named.exec(text ?? '') ?? []
  if (!isAlias(what)) return text
  return engine === 'redis' ? version : `${engine}@${version}`
}

/**
 * Whether a text asks for the same thing wherever it is said. A path does not; and an address, which does, is for whoever gave
 * it to vouch for.
 */
export function meansTheSame(text: string): boolean {
  const [, prefix, what = ''] = named.exec(text) ?? []
  if (what.startsWith('distro:')) return suiteName.test(what.slice('distro:'.length))
  return isVersion(what) || what === 'distro' || (what === 'system' && prefix === undefined)
}

function readVersion(what: string, engine: Build['engine'], known: Checksums): Wanted {
  const sums = known[engine]
  if (isVersion(what) && Object.hasOwn(sums, what)) return { kind: 'official', engine, version: what }
  const version = isAlias(what) ? newestOf(what, Object.keys(sums)) : undefined
  if (version !== undefined) return { kind: 'official', engine, version, alias: what }
  throw unknownVersion(what, engine, known)
}

/** As apt takes it, and nothing that could be an option or a path. */
const suiteName = /^[a-z][a-z0-9.+-]*$/i

function readDistro(what: string, engine: Build['engine']): Wanted {
  if (what === 'distro') return { kind: 'distro', engine }
  const suite = what.slice('distro:'.length)
  if (suiteName.test(suite)) return { kind: 'distro', engine, suite }
  const [, meant, other] = /^([\w.-]*?)[@/](redis|valkey)$/.exec(suite) ?? []
  const hint = other
    ? `Did you mean ${other}@distro${meant ? `:${meant}` : ''}?`
    : 'A suite is what apt calls it: distro:trixie.'
  throw unknown(`${quoted(suite)} is no name of a distribution's suite`, hint)
}

function readAddress(text: string, sha256: string): Wanted {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const problem = url ? archiveProblem(url) : 'it is not an address'
  if (url && !problem) return { kind: 'url', url, sha256: sha256.toLowerCase() }
  throw unknown(
    `this address cannot be used: ${problem}`,
    'Give the https address of a release that is packed as .tar.gz, and its sha256 with --sha256.',
  )
}

function archiveProblem(url: URL): string | undefined {
  const problem = addressProblem(url)
  if (problem) return problem
  // It would be kept in lab.json, and shown.
  if (url.username !== '' || url.password !== '') return 'there is a user or a password in it'
  const packed = /\.(tar|tar\.(?!gz$)\w+|txz|tbz2?|zip)$/i.exec(url.pathname)?.[0]
  return packed && `redis-lab does not read ${packed}`
}

const looksLikePath = (text: string): boolean => text.includes('/') || /^[.~]/.test(text) || existsSync(text)
function resolvePath(text: string, env: Environment): string {
  const home = env['HOME']
  return path.resolve(home && /^~(\/|$)/.test(text) ? home + text.slice(1) : text)
}

function readPath(target: string): Wanted {
  const found = lookAt(target)
  if (!found) throw unknown(`there is nothing at ${target}`, 'Is the path right? It is taken from the current folder.')
  if (!isReadable(target)) throw unknown(`${target} cannot be read`, 'Check its permissions.')
  if (found.isDirectory()) {
    const programs = findPrograms(target)
    if (programs) return { kind: 'built', programs, path: target }
    if (isSourceTree(target)) return { kind: 'source-tree', dir: target }
    throw unknown(`${target} holds neither a Redis source tree (src/Makefile) nor redis-server with redis-cli`)
  }
  if (/\.(tar\.gz|tgz)$/.test(target)) return { kind: 'tarball', file: target }
  if (/\.(tar|tar\.\w+|txz|tbz2?|zip)$/.test(target)) {
    throw unknown(
      `${target} is packed in a way that redis-lab does not read`,
      'Unpack it and give the folder, or give a .tar.gz.',
    )
  }
  if (!isProgram(target)) throw unknown(`${target} is neither a .tar.gz nor a program`)
  const cli = cliBeside(target)
  if (cli) return { kind: 'built', programs: { server: target, cli }, path: target }
  throw unknown(`there is no redis-cli beside ${target}`, 'Give the folder that holds both programs.')
}

/** @throws LabError `release-unknown`, also when what stands there cannot even be looked at */
function lookAt(target: string): Stats | undefined {
  try {
    return statSync(target, { throwIfNoEntry: false })
  } catch (error) {
    throw unknown(`${quoted(target)} cannot be looked at: ${(error as Error).message}`, 'Is the path right?')
  }
}

function isReadable(target: string): boolean {
  try {
    accessSync(target, constants.R_OK)
    return true
  } catch {
    return false
  }
}

function unknownVersion(version: string, engine: Build['engine'], known: Checksums): LabError {
  const prefix = engine === 'redis' ? '' : `${engine}@`
  const near = nearestVersions(version, Object.keys(known[engine])).map((one) => prefix + one)
  return unknown(
    `${titleOf(engine)} ${version} is not among the releases that redis-lab can verify`,
    `Near it: ${near.join(', ')}; "redis-lab versions" lists all. Any other can be given as an address with --sha256, or as a path${engine === 'valkey' ? ', and valkey@distro:SUITE is what a distribution has' : ''}.`,
  )
}

const ways =
  'Take a version such as 8.0.6 or 8.0, "latest", "system", "distro" or "distro:SUITE", an https address with --sha256, or the path of a tarball, a source tree or a built tree.'

function unknown(message: string, hint = ways): LabError {
  return new LabError({ code: 'release-unknown', message, hint })
}
