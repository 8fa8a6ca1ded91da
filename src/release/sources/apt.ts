/**
 * Fetches a source package with the machine's own apt, without root and without touching apt's own state.
 *
 * DESIGN. A configuration of our own gives apt private folders and only source-package sources, made from what the machine
 * has configured. Of the machine's other settings only `Acquire` is taken over (its proxies and timeouts): the rest may hold
 * hooks that run commands after an update. Keys and passwords stay where apt looks for them. apt itself checks signatures
 * and sums; nothing here loosens that.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { LabError } from '../../errors.js'
import { findOnPath, runCommand } from '../../util/command.js'
import { asSourcePackages, ofSuite, type SourcesFile } from './apt-lines.js'

export interface AptJob {
  /** The name of the source package. */
  readonly name: string
  /** Another suite than those that are configured, from the same mirror. */
  readonly suite?: string | undefined
  /** Private; apt's folders and the result are made in it. */
  readonly dir: string
  /** Where the machine's configuration is: /etc/apt. */
  readonly aptDir: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal | undefined
}

const updateTimeoutMs = 5 * 60_000
const sourceTimeoutMs = 5 * 60_000

/**
 * @returns the path of the upstream tarball
 * @throws LabError `release-unreachable` with what apt said; `interrupted`
 */
export async function aptSource({ name, suite, dir, aptDir, env, signal }: AptJob): Promise<string> {
  const apt = findOnPath('apt-get', env['PATH'] ?? '')
  if (!apt) throw noSource('this system has no apt-get')
  const configured = readSources(aptDir)
  const sources = asSourcePackages(suite === undefined ? configured : ofSuite(configured, suite))
  if (sources.length === 0) throw noSource(`apt has no package sources configured in ${aptDir}`)

  const result = path.join(dir, 'package')
  const configuration = path.join(dir, 'apt.conf')
  const folders = { lists: path.join(dir, 'lists'), cache: path.join(dir, 'cache'), sources: path.join(dir, 'sources') }
  for (const folder of [result, ...Object.values(folders)]) mkdirSync(folder, { recursive: true })
  for (const file of sources) writeFileSync(path.join(folders.sources, file.name), file.text)
  writeFileSync(configuration, (await acquireSettings(env, signal)) + privateSettings(folders))

  const run = { cwd: result, env: { ...env, APT_CONFIG: configuration, LC_ALL: 'C' }, signal, tethered: true }
  // One unreachable third-party source makes an update fail although ours is there: what it said is kept as evidence.
  const updateSaid = await failureOf(runCommand(apt, ['-q', 'update'], { ...run, timeoutMs: updateTimeoutMs }))
  // The upstream tarball alone: its sum stands in the signed index, and what the distribution adds to it is not wanted here.
  const words = ['-q', 'source', '--download-only', '--tar-only', name]
  const fetching = runCommand(apt, words, { ...run, timeoutMs: sourceTimeoutMs })
  const sourceSaid = await failureOf(fetching)
  if (sourceSaid) {
    const evidence = [...(updateSaid ?? []), ...sourceSaid].filter((line) => /^(E|W|Err)\b/.test(line))
    const details = evidence.length > 0 ? [...new Set(evidence)] : sourceSaid
    const why =
      suite === undefined ? `apt-get source ${name} failed` : suiteProblem({ name, suite }, folders.lists, sourceSaid)
    throw noSource(why, details)
  }
  return tarballIn(result, suite === undefined ? name : `${name} of ${suite}`)
}

/** What an update has left says whether the mirror knows the suite at all. */
function suiteProblem(
  { name, suite }: { name: string; suite: string },
  lists: string,
  said: readonly string[],
): string {
  if (!readdirSync(lists).some((file) => /_(In)?Release$/.test(file)))
    return `the suite ${suite} is not on the mirror that is configured here, or the mirror cannot be reached`
  const unknown = said.some((line) => line.includes('Unable to find a source package'))
  return `the suite ${suite} has ${unknown ? `no source package ${name}` : `a source package ${name} that cannot be fetched`}`
}

function tarballIn(dir: string, what: string): string {
  const files = readdirSync(dir)
  const tarball = files.find((file) => /\.orig\.tar\.gz$/.test(file))
  if (tarball) return path.join(dir, tarball)
  const other = files.find((file) => /\.orig\.tar\./.test(file))
  if (!other) throw noSource(`the source package ${what} holds no sources of a release`, files)
  throw noSource(
    `the source package ${what} is packed as .${other.replace(/^.*\.orig\./, '')}, which redis-lab does not read`,
    // Whoever packs it anew takes out of it what other packages have.
    [`${other}: packed anew by the distribution, mostly without the libraries that a release brings along`],
  )
}

/** Undefined when it went well, otherwise what was said. */
async function failureOf(running: Promise<unknown>): Promise<readonly string[] | undefined> {
  try {
    await running
    return undefined
  } catch (error) {
    const failure = LabError.from(error)
    if (failure.code === 'interrupted') throw failure
    return [...failure.details, failure.message]
  }
}

/** The files apt would read, by apt's own rule for names. */
function readSources(aptDir: string): SourcesFile[] {
  const read = (file: string): SourcesFile[] => {
    try {
      return [{ name: path.basename(file), text: readFileSync(file, 'utf8') }]
    } catch {
      return []
    }
  }
  const parts = path.join(aptDir, 'sources.list.d')
  let names: string[] = []
  try {
    names = readdirSync(parts).filter((name) => /^[\w.-]+\.(list|sources)$/.test(name))
  } catch {
    // Not every machine has that folder.
  }
  // Its own name has no dot before "list" that could make it clash with a part.
  const main = read(path.join(aptDir, 'sources.list')).map((file) => ({ ...file, name: '0-main.list' }))
  return [...main, ...names.sort().flatMap((name) => read(path.join(parts, name)))]
}

async function acquireSettings(env: AptJob['env'], signal: AbortSignal | undefined): Promise<string> {
  const program = findOnPath('apt-config', env['PATH'] ?? '')
  if (!program) return ''
  try {
    return (await runCommand(program, ['dump', 'Acquire'], { env: { ...env, LC_ALL: 'C' }, signal })).stdout + '\n'
  } catch (error) {
    if (LabError.from(error).code === 'interrupted') throw error
    return ''
  }
}

function privateSettings({ lists, cache, sources }: { lists: string; cache: string; sources: string }): string {
  const settings = {
    'Dir::State::lists': lists,
    'Dir::Cache': cache,
    'Dir::Etc::sourcelist': '/dev/null',
    'Dir::Etc::sourceparts': sources,
    'Dir::Etc::main': '/dev/null',
    'Dir::Etc::parts': '/dev/null',
    // As root apt would become the user _apt, who cannot write into a private folder.
    'APT::Sandbox::User': '',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
  }
  return Object.entries(settings)
    .map(([name, value]) => `${name} "${value}";\n`)
    .join('')
}

function noSource(message: string, details: readonly string[] = []): LabError {
  const hint =
    'Take another source: --redis VERSION, another suite, an address with --sha256, --redis system, or a path.'
  return new LabError({ code: 'release-unreachable', message, hint, details })
}
