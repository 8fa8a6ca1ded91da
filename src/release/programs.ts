/** The two programs of a Redis or Valkey: where they lie in a folder, and what they say they are. */
import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { LabError } from '../errors.js'
import type { Build } from './build.js'
import { compareVersions } from './version.js'

export interface Programs {
  readonly server: string
  readonly cli: string
}

/** redis-cli speaks `--cluster` since this one. */
export const oldestVersion = '5.0.0'

export const engines = ['redis', 'valkey'] as const

/** Both programs in a built tree (src/), an installation (bin/) or a plain folder. */
export function findPrograms(dir: string): Programs | undefined {
  for (const folder of ['src', 'bin', '.']) {
    for (const engine of engines) {
      const server = path.join(dir, folder, `${engine}-server`)
      const cli = path.join(dir, folder, `${engine}-cli`)
      if (isProgram(server) && isProgram(cli)) return { server, cli }
    }
  }
  return undefined
}

/** The client that belongs to a server program: the one beside it, by either name. */
export function cliBeside(server: string): string | undefined {
  const own = path.basename(server).replace(/-server$/, '-cli')
  const names = [own, ...engines.map((engine) => `${engine}-cli`)]
  return names.map((name) => path.join(path.dirname(server), name)).find((file) => file !== server && isProgram(file))
}

export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/**
 * Asks a server program for its engine and version.
 *
 * @throws LabError `release-unknown` when it does not answer like a redis-server, or is older than cluster tools need
 */
export async function buildInPlace({ server, cli }: Programs, source: string): Promise<Build> {
  const { engine, version } = await askServer(server)
  if (compareVersions(version, oldestVersion) < 0) {
    throw new LabError({
      code: 'release-unknown',
      message: `${server} is ${engine} ${version}, and clusters need at least ${oldestVersion}`,
      hint: 'Give a newer one with --redis, or leave --redis away to have one built.',
    })
  }
  return { engine, version, source, server, cli }
}

/** @throws LabError `release-unknown` */
export async function askServer(server: string): Promise<Pick<Build, 'engine' | 'version'>> {
  const answer = await versionText(server)
  const [, name, version] = /^(Redis |Valkey )?server v=(\d+\.\d+\.\d+)/im.exec(answer) ?? []
  // The first Valkey, 7.2, leaves its name out of the answer; the program has it.
  const valkey = /valkey/i.test(name ?? path.basename(server))
  if (version) return { engine: valkey ? 'valkey' : 'redis', version }
  throw new LabError({
    code: 'release-unknown',
    message: `${server} --version does not answer like a redis-server`,
    hint: 'Does it run on this machine by itself?',
    details: answer.trim().split('\n').slice(0, 5),
  })
}

const asked = promisify(execFile)

async function versionText(program: string): Promise<string> {
  try {
    const { stdout } = await asked(program, ['--version'], { timeout: 10_000 })
    return stdout
  } catch (error) {
    // Ctrl-C reaches everybody at a terminal: the program had no time to answer.
    if ((error as { signal?: string }).signal === 'SIGINT') {
      throw new LabError({ code: 'interrupted', message: 'interrupted' }, { cause: error })
    }
    return error instanceof Error ? error.message : String(error)
  }
}

/** What the release in a source folder calls itself, from src/version.h. */
export function readSourceVersion(text: string): Pick<Build, 'engine' | 'version'> | undefined {
  // Valkey's file also defines REDIS_VERSION, as the one it is compatible with: its own name comes first.
  const valkey = /^#define\s+VALKEY_VERSION\s+"(\d+\.\d+\.\d+)"/m.exec(text)?.[1]
  if (valkey) return { engine: 'valkey', version: valkey }
  const redis = /^#define\s+REDIS_VERSION\s+"(\d+\.\d+\.\d+)"/m.exec(text)?.[1]
  return redis ? { engine: 'redis', version: redis } : undefined
}

export const isSourceTree = (dir: string): boolean => existsSync(path.join(dir, 'src', 'Makefile'))
