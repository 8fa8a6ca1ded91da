/** What `--redis` asked for: from a text to one of a few kinds, or to a sentence about what is wrong with it. */
import { accessSync, constants, existsSync, statSync, type Stats } from 'node:fs'
import path from 'node:path'
import { LabError } from '../errors.js'
import type { Checksums } from './checksums.js'
import { quoted } from '../util/text.js'
import { cliBeside, findPrograms, isProgram, isSourceTree, type Programs } from './programs.js'
import { isVersion, nearestVersions } from './version.js'
import type { Environment } from './context.js'

export type Wanted =
  | { readonly kind: 'default' }
  | { readonly kind: 'official'; readonly version: string }
  | { readonly kind: 'distro' }
  | { readonly kind: 'system' }
  | { readonly kind: 'tarball'; readonly file: string }
  | { readonly kind: 'source-tree'; readonly dir: string }
  | { readonly kind: 'built'; readonly programs: Programs; readonly path: string }

/**
 * Looks at the file system, touches nothing.
 *
 * @throws LabError `release-unknown`
 */
export function readRequest(text: string | undefined, { env, known }: { env: Environment; known: Checksums }): Wanted {
  if (text === undefined || text === '') return { kind: 'default' }
  if (text === 'system' || text === 'distro') return { kind: text }
  if (isVersion(text)) {
    if (Object.hasOwn(known, text)) return { kind: 'official', version: text }
    throw unknownVersion(text, Object.keys(known))
  }
  if (looksLikePath(text)) return readPath(resolvePath(text, env))
  if (/^v?\d[\w.-]*$/.test(text)) throw unknownVersion(text.replace(/^v/, ''), Object.keys(known))
  throw unknown(`"${text}" is no Redis release: neither a version, nor "system" or "distro", nor a path`)
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

function unknownVersion(version: string, known: readonly string[]): LabError {
  const nearest = nearestVersions(version, known)
  return unknown(
    `Redis ${version} is not among the releases that redis-lab can verify`,
    `Near it: ${nearest.join(', ')}. A tarball of any other can be given as a path.`,
  )
}

const ways =
  'Take a version such as 8.0.6, "system", "distro", or the path of a tarball, a source tree or a built tree.'

function unknown(message: string, hint = ways): LabError {
  return new LabError({ code: 'release-unknown', message, hint })
}
