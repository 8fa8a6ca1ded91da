/**
 * The shelf of finished builds, and which build stands for a wish.
 *
 *     <cache>/builds/<key>/bin/…           the programs
 *     <cache>/builds/<key>/manifest.json   written last: without a right one the folder is not trusted
 *     <cache>/recall/<wish>.json           which build "default" or "distro" came to, so that asking again needs no network
 *     <cache>/locks/<wish or key>.lock     who is at work on it
 *
 * The time of a manifest is when its build was last used.
 *
 * DESIGN. Every `up` passes here, so reading is a few small files and two stats. A program is compared with its manifest by
 * size and modification time: that tells a truncated or replaced file without reading megabytes.
 */
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs'
import path from 'node:path'
import { writeWhole } from '../util/files.js'
import type { Build } from './build.js'

export interface FileProof {
  readonly sizeBytes: number
  /** Whole seconds: archives, such as a CI service keeps a cache in, store no fractions. */
  readonly modifiedSeconds: number
}

export interface Manifest {
  readonly format: 1
  readonly engine: Build['engine']
  readonly version: string
  readonly source: string
  /** Relative to the entry (in a recall, to the cache), so that a cache can be moved; absolute for programs that are not ours. */
  readonly server: string
  readonly cli: string
  readonly proof: { readonly server: FileProof; readonly cli: FileProof }
}

export interface Recall extends Manifest {
  /** The default version that it stood in for; a redis-lab with another default asks anew. */
  readonly insteadOf?: string | undefined
  readonly reason?: string | undefined
}

export const buildsDir = (cacheDir: string): string => path.join(cacheDir, 'builds')
export const locksDir = (cacheDir: string): string => path.join(cacheDir, 'locks')
export const entryDir = (cacheDir: string, key: string): string => path.join(buildsDir(cacheDir), key)
export const lockFile = (cacheDir: string, name: string): string => path.join(locksDir(cacheDir), `${name}.lock`)
export const recallDir = (cacheDir: string): string => path.join(cacheDir, 'recall')
export const manifestFile = (dir: string): string => path.join(dir, 'manifest.json')
const recallFile = (cacheDir: string, wish: string): string => path.join(recallDir(cacheDir), `${wish}.json`)

/** The build under `key`, if it is there and whole. */
export function readEntry(cacheDir: string, key: string): Build | undefined {
  const dir = entryDir(cacheDir, key)
  return readProven(manifestFile(dir), dir)?.build
}

/** Makes the folder trusted. The very last step of a build. */
export function writeManifest(cacheDir: string, key: string, build: Build): void {
  const dir = entryDir(cacheDir, key)
  const relative = { ...build, server: path.relative(dir, build.server), cli: path.relative(dir, build.cli) }
  writeWhole(manifestFile(dir), JSON.stringify({ ...relative, ...proofOf(build) }, null, 2) + '\n')
}

/** What a wish came to the last time, if that is still there unchanged. */
export function readRecall(cacheDir: string, wish: string): (Recall & { build: Build }) | undefined {
  const proven = readProven(recallFile(cacheDir, wish), cacheDir)
  return proven && { ...(proven.manifest as Recall), build: proven.build }
}

export function writeRecall(
  cacheDir: string,
  wish: string,
  recall: { build: Build; insteadOf?: string; reason?: string },
): void {
  const { build, ...why } = recall
  const inside = (program: string) =>
    program.startsWith(cacheDir + path.sep) ? path.relative(cacheDir, program) : program
  const placed = { ...build, server: inside(build.server), cli: inside(build.cli) }
  const file = recallFile(cacheDir, wish)
  mkdirSync(path.dirname(file), { recursive: true })
  writeWhole(file, JSON.stringify({ ...placed, ...why, ...proofOf(build) }, null, 2) + '\n')
}

/** Writes down that a build is used now. Of one that is not on this shelf, or on a disk that cannot be written, nothing is. */
export function noteUse(cacheDir: string, { server }: Pick<Build, 'server'>): void {
  const dir = path.dirname(path.dirname(server))
  if (path.dirname(dir) !== buildsDir(cacheDir)) return
  const now = new Date()
  try {
    utimesSync(manifestFile(dir), now, now)
  } catch {
    // When it was used is good to know, and no reason not to use it.
  }
}

export function dropEntry(cacheDir: string, key: string): void {
  // The manifest first: a removal that is cut short must not leave it beside half a folder.
  rmSync(manifestFile(entryDir(cacheDir, key)), { force: true })
  rmSync(entryDir(cacheDir, key), { recursive: true, force: true })
}

function proofOf({ server, cli }: Build): Pick<Manifest, 'format' | 'proof'> {
  const [serverProof, cliProof] = [proveFile(server), proveFile(cli)]
  if (!serverProof || !cliProof) throw new Error(`a program of the build vanished: ${server}, ${cli}`)
  return { format: 1, proof: { server: serverProof, cli: cliProof } }
}

function readProven(file: string, dir: string): { manifest: Manifest; build: Build } | undefined {
  const manifest = parseManifest(readText(file))
  if (!manifest) return undefined
  const { engine, version, source, proof } = manifest
  const server = path.resolve(dir, manifest.server)
  const cli = path.resolve(dir, manifest.cli)
  if (!sameFile(proveFile(server), proof.server) || !sameFile(proveFile(cli), proof.cli)) return undefined
  return { manifest, build: { engine, version, source, server, cli } }
}

/** Checked by hand: this runs on every start, and a schema library costs more than the whole look. */
export function parseManifest(text: string | undefined): Manifest | undefined {
  if (text === undefined) return undefined
  let data: Partial<Record<keyof Manifest, unknown>>
  try {
    data = JSON.parse(text) as typeof data
  } catch {
    return undefined
  }
  if (typeof data !== 'object' || data === null || data.format !== 1) return undefined
  if (data.engine !== 'redis' && data.engine !== 'valkey') return undefined
  const texts = [data.version, data.source, data.server, data.cli]
  if (!texts.every((value) => typeof value === 'string' && value !== '')) return undefined
  const proof = data.proof as Partial<Manifest['proof']> | undefined
  return isProof(proof?.server) && isProof(proof.cli) ? (data as unknown as Manifest) : undefined
}

function isProof(value: Partial<FileProof> | undefined): value is FileProof {
  return typeof value?.sizeBytes === 'number' && typeof value.modifiedSeconds === 'number'
}

export function sameFile(now: FileProof | undefined, then: FileProof): boolean {
  return now?.sizeBytes === then.sizeBytes && now.modifiedSeconds === then.modifiedSeconds
}

function proveFile(file: string): FileProof | undefined {
  try {
    const found = statSync(file)
    return found.isFile() ? { sizeBytes: found.size, modifiedSeconds: Math.floor(found.mtimeMs / 1000) } : undefined
  } catch {
    // Not there, out of reach, or no name of a file at all: there is nothing to trust.
    return undefined
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
