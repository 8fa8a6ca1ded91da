/** Paths in a config file are relative to the file, whoever reads it from wherever. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { parseModule } from '../spec/index.js'

/** The options with whole paths. A value that is no option's is left for whoever checks it. */
export function fromFolderOf(file: string, options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const folder = path.dirname(file)
  const anchored: Record<string, unknown> = { ...options }
  const { dir, redis, redisFor, from, modules, acl } = options
  if (typeof dir === 'string' && dir !== '') anchored['dir'] = path.resolve(folder, dir)
  if (typeof acl === 'string' && acl !== '') anchored['acl'] = path.resolve(folder, acl)
  if (typeof redis === 'string' && isPathIn(folder, redis)) anchored['redis'] = path.resolve(folder, redis)
  if (redisFor !== undefined) anchored['redisFor'] = releasesFrom(folder, redisFor)
  if (typeof from === 'string' && from.startsWith('.')) anchored['from'] = path.resolve(folder, from)
  if (Array.isArray(modules)) anchored['modules'] = modules.map((one: unknown) => moduleFrom(folder, one))
  return anchored
}

/** `redis` may be many other things: it is a path if it begins like one, or if there is something of that name. */
function isPathIn(folder: string, text: string): boolean {
  if (/^\.\.?(\/|$)/.test(text)) return true
  const isWord = /^[\d.]+$|^latest$|^(system|distro)(:|$)|@|^https?:/.test(text)
  if (isWord || text.startsWith('~') || path.isAbsolute(text)) return false
  return text !== '' && !text.includes('\0') && existsSync(path.resolve(folder, text))
}

/** Both ways of saying it: by node, or as a list of "node=release". */
function releasesFrom(folder: string, given: unknown): unknown {
  const release = (text: unknown) =>
    typeof text === 'string' && isPathIn(folder, text) ? path.resolve(folder, text) : text
  if (Array.isArray(given)) {
    return given.map((one: unknown) => {
      const [, node, text] = typeof one === 'string' ? (/^([^=]*)=(.*)$/.exec(one) ?? []) : []
      return node === undefined ? one : `${node}=${String(release(text))}`
    })
  }
  if (typeof given !== 'object' || given === null) return given
  return Object.fromEntries(Object.entries(given).map(([node, text]) => [node, release(text)]))
}

function moduleFrom(folder: string, given: unknown): unknown {
  const parsed = typeof given === 'string' ? parseModule(given) : given
  if (typeof parsed !== 'object' || parsed === null || !('file' in parsed)) return given
  return typeof parsed.file === 'string' && parsed.file !== ''
    ? { ...parsed, file: path.resolve(folder, parsed.file) }
    : given
}
