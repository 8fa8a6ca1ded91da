/**
 * A small world for release tests: a folder of its own, a server that does as told, an archive that "builds" in no time by
 * copying real programs into place, and a PATH without surprises.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { build as bundle } from 'esbuild'
import * as tar from 'tar'
import { expect, inject, onTestFinished } from 'vitest'
import type { LabEvent } from '../../src/events.js'
import type { ReleaseContext, World } from '../../src/release/context.js'
import type { Build } from '../../src/release/index.js'
import { findOnPath } from '../../src/util/command.js'
import { identify } from '../../src/util/process-identity.js'
import { until } from '../../src/util/until.js'
import { writeStubTree } from '../support/stub-release.js'

export function tempDir(): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'redis-lab-test-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }))
  return dir
}

/** Two real programs: the build that was installed before all tests. */
export const realPrograms = (): Build => inject('build')

/** Where an apt finds what the machine has configured. */
export function configureApt(aptDir: string): void {
  writeFileSync(path.join(aptDir, 'sources.list'), 'deb http://mirror.test/debian stable main\n')
}

/** An apt-get to whom this archive is the source package that it is asked for; `before` is what it does first. */
export const aptGet = (archive: string, before = ':'): string =>
  `${before}; [ "$2" = source ] && cp ${archive} ./x_7.orig.tar.gz; exit 0`

export interface Handled {
  readonly requests: IncomingMessage[]
  readonly base: string
  readonly port: number
}

/** `answer` is called with each request and its number, from 0. */
export async function serve(
  answer: (request: IncomingMessage, response: ServerResponse, nth: number) => void,
  onConnect?: (request: IncomingMessage) => string,
): Promise<Handled> {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    answer(request, response, requests.length - 1)
  })
  server.on('connect', (request: IncomingMessage, socket: NodeJS.WritableStream) => {
    requests.push(request)
    socket.end(onConnect?.(request) ?? 'HTTP/1.1 403 Forbidden\r\n\r\n')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(
    () =>
      new Promise<void>((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  )
  const { port } = server.address() as AddressInfo
  return { requests, port, base: `http://127.0.0.1:${port}/` }
}

export interface FakeRelease {
  readonly archive: string
  readonly bytes: Buffer
  readonly sha256: string
  readonly world: World
  /** The version that the archive claims, and that the programs in it really are. */
  readonly version: string
}

const impatient = { answerMs: 5000, stallMs: 300, backoffMs: 1, fruitlessTries: 3, allTries: 12 }

/** An archive whose make copies the real programs. `serverRecipe` is what make runs before that, a shell line. */
export async function fakeRelease({ serverRecipe = 'true', ballastBytes = 0 } = {}): Promise<FakeRelease> {
  const dir = tempDir()
  const { top, version } = writeStubTree(dir, { build: realPrograms(), serverRecipe, ballastBytes })
  const archive = path.join(dir, `${top}.tar.gz`)
  await tar.create({ file: archive, cwd: dir, gzip: true }, [top])
  const bytes = readFileSync(archive)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const checksums = { redis: { [version]: sha256 }, valkey: {} }
  const world = { checksums, defaultVersion: version, patience: impatient, aptDir: tempDir() }
  return { archive, bytes, sha256, world, version }
}

/** A PATH of its own that has what building needs, and nothing else but what `extra` adds (name → shell script). */
export function toolPath(
  extra: Readonly<Record<string, string>> = {},
  { without = [] as readonly string[] } = {},
): string {
  const dir = tempDir()
  for (const name of ['make', 'cc', 'gcc', 'g++', 'c++', 'sh', 'cp', 'sleep', 'mv', 'chmod', 'true', 'ps']) {
    const file = findOnPath(name)
    // A script is not written through a link: that would be into the tool of this machine.
    if (file && !without.includes(name) && !Object.hasOwn(extra, name)) symlinkSync(file, path.join(dir, name))
  }
  for (const [name, script] of Object.entries(extra)) {
    // Never through a link, which would put it in the place of the machine's own program.
    writeFileSync(path.join(dir, name), `#!/bin/sh\n${script}\n`, { flag: 'wx' })
    chmodSync(path.join(dir, name), 0o755)
  }
  return dir
}

/** A context over an empty cache that remembers what was emitted. */
export function recorder(
  env: Readonly<Record<string, string>> = {},
): ReleaseContext & { readonly events: LabEvent[]; types(): string[] } {
  const events: LabEvent[] = []
  return {
    cacheDir: path.join(tempDir(), 'cache'),
    env: { PATH: toolPath(), ...env },
    emit: (event) => void events.push(event),
    events,
    types: () => [...new Set(events.map((event) => event.type))],
  }
}

/** Nothing of a build, finished or not, is in the cache. */
export function expectNothingBuilt(cacheDir: string): void {
  const builds = path.join(cacheDir, 'builds')
  expect(existsSync(builds) ? readdirSync(builds) : []).toEqual([])
  expect(existsSync(path.join(cacheDir, 'recall'))).toBe(false)
}

/** A module of src/ as one plain file that a separate node process can import. */
export async function bundled(entry: string): Promise<string> {
  const outfile = path.join(tempDir(), 'bundle.mjs')
  const banner = { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" }
  await bundle({
    entryPoints: [entry],
    outfile,
    banner,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  })
  return outfile
}

/** Waits for a fact. */
export async function eventually<Fact>(ask: () => Fact | undefined | false, what: string): Promise<Fact> {
  const fact = await until(() => ask() || undefined, { deadline: Date.now() + 15_000, pollMs: 20 })
  if (fact === undefined) throw new Error(`never happened: ${what}`)
  return fact
}

export const isGone = (pid: number): boolean => identify(pid) === undefined

/** Commands of this machine that have `text` in their command line. */
export function processesWith(text: string): string[] {
  const listing = execFileSync('ps', ['-A', '-o', 'pid=,args='], { encoding: 'utf8' })
  return listing.split('\n').filter((line) => line.includes(text))
}
