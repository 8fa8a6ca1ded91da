/** From a source folder to a finished entry in the cache: make, prove, rename, and the manifest last. */
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import path from 'node:path'
import { LabError } from '../errors.js'
import type { Build } from './build.js'
import type { Job } from './context.js'
import { dropEntry, entryDir, readEntry, writeManifest } from './entry.js'
import { make } from './make/make.js'
import { recipeFor } from './make/recipe.js'
import { requireNeeds } from './make/needs.js'
import { readSourceVersion } from './programs.js'
import { smokeTest } from './smoke.js'

export interface Shelving {
  /** Unpacked, private, and written to. */
  readonly sourceDir: string
  /** The private folder around it. */
  readonly workshop: string
  /** Where the sources are from, in words. */
  readonly describe: (version: string) => string
  /** The name of the entry; decided here because only now the version is known for sure. */
  readonly keyOf: (release: Pick<Build, 'engine' | 'version'>) => string
}

/** @throws LabError `release-broken`, `tools-missing`, `build-failed`, `interrupted` */
export async function buildAndShelve(job: Job, { sourceDir, workshop, describe, keyOf }: Shelving): Promise<Build> {
  const { cacheDir, env, emit, signal, malloc, tls } = job
  const release = identifySource(sourceDir, describe(''))
  const recipe = recipeFor(release, job)
  const tools = await requireNeeds(env, { ...recipe, tls })
  const key = keyOf(release)
  const sourcesOf = (version: string) => ({ source: describe(version) })
  // Two wishes can come to the same sources: the suite of this machine by its name and without it.
  const same = readEntry(cacheDir, key)
  if (same) return { ...same, ...sourcesOf(same.version) }
  const what = `${release.engine} ${release.version}`
  const log = path.join(workshop, 'build.log')
  const keptLog = path.join(cacheDir, 'logs', `${key}.log`)
  const made = await make({ sourceDir, what, recipe, malloc, tools, log, keptLog, env, emit, signal })

  const finished = path.join(workshop, 'entry')
  const bin = path.join(finished, 'bin')
  mkdirSync(bin, { recursive: true })
  const programs = { server: path.join(bin, recipe.server), cli: path.join(bin, recipe.cli) }
  copyProgram(made.server, programs.server)
  copyProgram(made.cli, programs.cli)
  keepCompanions(sourceDir, finished)
  copyFileSync(log, path.join(finished, 'build.log'))
  const proven = await smokeTest(programs, { workshop, tls, signal })

  dropEntry(cacheDir, key)
  const shelf = entryDir(cacheDir, key)
  renameSync(finished, shelf)
  const place = (program: string) => path.join(shelf, 'bin', path.basename(program))
  const build = {
    ...proven,
    ...sourcesOf(proven.version),
    server: place(programs.server),
    cli: place(programs.cli),
  }
  writeManifest(cacheDir, key, build)
  return build
}

function identifySource(sourceDir: string, name: string): Pick<Build, 'engine' | 'version'> {
  const file = path.join(sourceDir, 'src', 'version.h')
  const release = existsSync(file) ? readSourceVersion(readFileSync(file, 'utf8')) : undefined
  if (release && existsSync(path.join(sourceDir, 'src', 'Makefile'))) return release
  throw new LabError({
    code: 'release-broken',
    message: `${name.trim()} does not contain the sources of Redis`,
    hint: 'A release has src/Makefile and src/version.h in its top folder.',
  })
}

function copyProgram(from: string, to: string): void {
  copyFileSync(from, to)
  chmodSync(to, 0o755)
}

/** The licence, which has to go with the programs; the header that modules are built against; Redis's own cluster script. */
function keepCompanions(sourceDir: string, to: string): void {
  const files = readdirSync(sourceDir).filter((name) => /^(COPYING|LICENSE|REDISCONTRIBUTIONS)/.test(name))
  const headers = ['redismodule.h', 'valkeymodule.h'].map((name) => path.join('src', name))
  for (const name of [...files, ...headers, path.join('utils', 'create-cluster')]) {
    const from = path.join(sourceDir, name)
    if (existsSync(from))
      cpSync(from, path.join(to, name), { recursive: true, dereference: true, preserveTimestamps: true })
  }
}
