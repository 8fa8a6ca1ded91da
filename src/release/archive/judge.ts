/** Whether an entry of an archive stays where it belongs. Pure: names are judged, nothing is looked at on disk. */
import path from 'node:path'
import { escapeControls, quoted } from '../../util/text.js'

export interface ArchiveEntry {
  readonly path: string
  readonly type: string
  readonly linkpath?: string | undefined
  /** As its headers declare it; no more than that is ever unpacked of it. */
  readonly sizeBytes?: number | undefined
}

export interface ArchiveLimits {
  readonly entries: number
  readonly sizeBytes: number
}

/** Far above any release, a built tree of one with its modules included; far below what fills a disk. */
export const archiveLimits: ArchiveLimits = { entries: 100_000, sizeBytes: 2 * 1024 ** 3 }

/**
 * Judges the entries of one archive, in their order: each by itself, and by the links that came before it.
 *
 * What a link leads to depends on the folder that it lies in. So nothing may be put below a link, and no hard link may give a
 * symbolic link a second place, from where it would lead elsewhere.
 */
export function archiveJudge(limits = archiveLimits): (entry: ArchiveEntry) => string | undefined {
  const links = new Set<string>()
  let entries = 0
  let totalBytes = 0
  return (entry) => {
    entries += 1
    totalBytes += entry.sizeBytes ?? 0
    if (entries > limits.entries) return `it is one of more than ${limits.entries} entries`
    if (totalBytes > limits.sizeBytes) return `with it the archive has more than ${limits.sizeBytes} bytes`
    const problem = entryProblem(entry)
    if (problem) return problem
    const [, ...folders] = placesAlong(entry.path)
    if (folders.some((folder) => links.has(folder))) return 'it lies below a link of the same archive'
    if (entry.type === 'Link' && placesAlong(entry.linkpath ?? '').some((place) => links.has(place)))
      return `it links to ${entry.linkpath}, which is or lies below a link of the same archive`
    if (entry.type === 'SymbolicLink') links.add(placeOf(entry.path))
    return undefined
  }
}

const harmless = new Set(['File', 'OldFile', 'ContiguousFile', 'Directory', 'SymbolicLink', 'Link'])

/**
 * Why an entry is refused, in words; undefined for a good one.
 *
 * The first folder of every path is stripped on unpacking, so that folder is the "inside", not the archive as a whole.
 */
export function entryProblem({ path: name, type, linkpath = '' }: ArchiveEntry): string | undefined {
  if (!harmless.has(type)) return `it is a ${escapeControls(type)}, and only files, folders and links are unpacked`
  const problem = nameProblem(name)
  if (problem) return `its path ${problem}`
  if (type.endsWith('Link') && placeOf(name) === '') return 'it is a link in place of the top folder'
  if (type === 'Link') return hardLinkProblem(name, linkpath)
  if (type === 'SymbolicLink') return symbolicLinkProblem(name, linkpath)
  return undefined
}

/** Control characters could also forge lines wherever the name is shown. */
const unusual = /[\\\p{Cc}]/u

function nameProblem(name: string): string | undefined {
  if (name === '') return 'is empty'
  if (/^([/\\]|[a-z]:)/i.test(name)) return 'is absolute'
  if (unusual.test(name)) return 'has a character that no release uses'
  return name.split('/').includes('..') ? 'has ".." in it' : undefined
}

const topFolder = (name: string): string => path.posix.normalize(name).split('/')[0] ?? ''

/** Where an entry is put, spelled alike for all names that some file system takes for the same one. */
function placeOf(name: string): string {
  const inside = name.split('/').slice(1).join('/')
  return path.posix.join('/', inside).replace(/\/$/, '').normalize('NFD').toLowerCase()
}

/** The place of an entry, and of each folder around it. */
function placesAlong(name: string): string[] {
  const parts = placeOf(name).split('/')
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('/'))
}

function hardLinkProblem(name: string, target: string): string | undefined {
  const problem = nameProblem(target)
  if (problem) return `the file that it links to, ${quoted(target)}, ${problem}`
  return topFolder(target) === topFolder(name) ? undefined : `it links to ${target}, which is outside`
}

function symbolicLinkProblem(name: string, target: string): string | undefined {
  if (unusual.test(target)) return 'what it links to has a character that no release uses'
  if (target === '' || target.startsWith('/')) return `it links to "${target}", which is outside`
  // ".." only in front, where it climbs out of real folders. Behind another name it could climb out of where a second link leads.
  const [, rest = ''] = /^(?:\.\.?\/)*(.*)$/.exec(target) ?? []
  if (rest !== '..' && rest.split('/').includes('..')) return `it links to "${target}", which goes back and forth`
  // "r/a/." is a place in "r", not in "r/a". The top folder has no name where it is unpacked: nothing comes back in by it.
  const [top, ...inside] = path.posix.normalize(name).split('/')
  const reached = path.posix.join(path.posix.dirname(inside.join('/')), target)
  return reached !== '..' && !reached.startsWith('../') && top !== '.'
    ? undefined
    : `it links to "${target}", which is outside`
}
