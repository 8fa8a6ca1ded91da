/** Whether an entry of an archive stays where it belongs. Pure: names are judged, nothing is looked at on disk. */
import path from 'node:path'

export interface ArchiveEntry {
  readonly path: string
  readonly type: string
  readonly linkpath?: string | undefined
}

const harmless = new Set(['File', 'OldFile', 'ContiguousFile', 'Directory', 'SymbolicLink', 'Link'])

/**
 * Why an entry is refused, in words; undefined for a good one.
 *
 * The first folder of every path is stripped on unpacking, so that folder is the "inside", not the archive as a whole.
 */
export function entryProblem({ path: name, type, linkpath = '' }: ArchiveEntry): string | undefined {
  if (!harmless.has(type)) return `it is a ${type}, and only files, folders and links are unpacked`
  const problem = nameProblem(name)
  if (problem) return `its path ${problem}`
  if (type === 'Link') return hardLinkProblem(name, linkpath)
  if (type === 'SymbolicLink') return symbolicLinkProblem(name, linkpath)
  return undefined
}

function nameProblem(name: string): string | undefined {
  if (name === '') return 'is empty'
  if (/^([/\\]|[a-z]:)/i.test(name)) return 'is absolute'
  if (name.includes('\\') || name.includes('\0')) return 'has a character that no release uses'
  return name.split('/').includes('..') ? 'has ".." in it' : undefined
}

const topFolder = (name: string): string => path.posix.normalize(name).split('/')[0] ?? ''

function hardLinkProblem(name: string, target: string): string | undefined {
  const problem = nameProblem(target)
  if (problem) return `the file that it links to, ${target}, ${problem}`
  return topFolder(target) === topFolder(name) ? undefined : `it links to ${target}, which is outside`
}

function symbolicLinkProblem(name: string, target: string): string | undefined {
  if (target === '' || target.startsWith('/') || target.includes('\\'))
    return `it links to "${target}", which is outside`
  // ".." only in front, where it climbs out of real folders. Behind another name it could climb out of where a second link leads.
  const [, rest = ''] = /^(?:\.\.?\/)*(.*)$/.exec(target) ?? []
  if (rest !== '..' && rest.split('/').includes('..')) return `it links to "${target}", which goes back and forth`
  const reached = path.posix.join(path.posix.dirname(name), target)
  return !reached.startsWith('..') && topFolder(reached) === topFolder(name) && topFolder(name) !== '.'
    ? undefined
    : `it links to "${target}", which is outside`
}
