/** The rules about who may import whom. Each returns a sentence per offence, with the file and the import. */
import { isBuiltin } from 'node:module'
import type { Import, Source } from './source.js'

/**
 * The order of the house, lowest first; what stands together in a group may not import each other. Inside the first group of
 * the design: errors know nothing, events carry errors, paths know nothing, util reports errors, spec names levels of events.
 */
export const houseOrder: readonly (readonly string[])[] = [
  ['errors', 'paths'],
  ['events', 'util'],
  ['spec'],
  ['config'],
  ['release'],
  ['node'],
  ['cluster'],
  ['supervisor'],
  ['lab'],
  ['view'],
  // What a test is told of its lab is said by view/, like everything else.
  ['fixture'],
  ['cli', 'index'],
]

/** Each of these packages has one file that knows it. */
export const doors: Readonly<Record<string, string>> = {
  '@hono/node-server': 'supervisor/api.ts',
  '@peculiar/x509': 'supervisor/tls/certificates.ts',
  commander: 'cli/parse.ts',
  execa: 'util/command.ts',
  hono: 'supervisor/api.ts',
  'http-proxy-agent': 'release/download/fetch.ts',
  'https-proxy-agent': 'release/download/fetch.ts',
  jiti: 'config/typescript.ts',
  'jsonc-parser': 'config/json.ts',
  listr2: 'view/live-list.ts',
  ms: 'spec/spec.ts',
  'node-fetch': 'release/download/fetch.ts',
  'pid-port': 'node/ports.ts',
  'redis-parser': 'node/client.ts',
  'reflect-metadata': 'supervisor/tls/certificates.ts',
  tar: 'release/archive/unpack.ts',
  'tree-kill': 'util/command.ts',
  vitest: 'fixture/vitest.ts',
}

/** Programs of their own: they are run, not imported. */
export const entryPoints: readonly string[] = ['supervisor/main.ts', 'supervisor/sweep.ts', 'cli/main.ts']

/** The part of the house that a file belongs to: `node` for node/client.ts, `errors` for errors.ts. */
export const partOf = (file: string): string => file.split('/')[0]?.replace(/\.ts$/, '') ?? file

/** `hono` for hono/body-limit; undefined for files of ours and for Node's own modules. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

export function breaksOrder(sources: readonly Source[]): string[] {
  const rankOf = (file: string) => houseOrder.findIndex((group) => group.includes(partOf(file)))
  const homeless = sources
    .filter(({ file }) => rankOf(file) === -1)
    .map(({ file }) => `${file} belongs to no part of the house`)
  const upward = eachImport(sources, (source, { specifier, target }) => {
    if (target === undefined || partOf(target) === partOf(source.file)) return undefined
    if (rankOf(target) !== -1 && rankOf(target) < rankOf(source.file)) return undefined
    return `${source.file} imports ${specifier}: ${partOf(target)} is not below ${partOf(source.file)}`
  })
  return [...homeless, ...upward]
}

/** From outside, a folder is its index.ts. util is a shelf and not a room: its files are taken one by one. */
export function passesDoor(sources: readonly Source[]): string[] {
  return eachImport(sources, (source, { specifier, target }) => {
    if (target === undefined) return undefined
    if (entryPoints.includes(target)) return `${source.file} imports ${specifier}: an entry point is run, not imported`
    const part = partOf(target)
    if (part === partOf(source.file) || part === 'util' || !target.includes('/')) return undefined
    if (target === `${part}/index.ts`) return undefined
    return `${source.file} imports ${specifier}: ${part} is entered through ${part}/index.ts`
  })
}

export function passesPackageDoor(sources: readonly Source[]): string[] {
  return eachImport(sources, (source, { specifier }) => {
    const door = doors[packageOf(specifier) ?? '']
    if (door === undefined || door === source.file) return undefined
    return `${source.file} imports ${specifier}: only ${door} does`
  })
}

/**
 * Imports of what is not installed with the package, and packages that are installed for nothing.
 *
 * @param peers packages that only some of our users have, and those bring
 */
export function strayPackages(
  sources: readonly Source[],
  dependencies: readonly string[],
  peers: readonly string[] = [],
): string[] {
  const used = new Set(sources.flatMap(({ imports }) => imports.map(({ specifier }) => packageOf(specifier))))
  const undeclared = eachImport(sources, (source, { specifier }) => {
    const name = packageOf(specifier)
    if (name === undefined || dependencies.includes(name) || peers.includes(name)) return undefined
    if (isBuiltin(specifier)) return `${source.file} imports ${specifier}: it is written node:${specifier}`
    return `${source.file} imports ${specifier}: ${name} is not in "dependencies"`
  })
  const unused = [...dependencies, ...peers].filter((name) => !used.has(name))
  return [...undeclared, ...unused.map((name) => `package.json: nobody imports the dependency ${name}`)]
}

export function leadsNowhere(sources: readonly Source[]): string[] {
  const files = new Set(sources.map(({ file }) => file))
  return eachImport(sources, (source, { specifier, target }) =>
    target === undefined || files.has(target)
      ? undefined
      : `${source.file} imports ${specifier}: there is no ${target}`,
  )
}

/** Rings of files, each once, beginning with its first file by name. A lazy import ties nobody at load time. */
export function cycles(sources: readonly Source[]): string[] {
  const next = new Map(sources.map(({ file, imports }) => [file, boundTargets(imports)]))
  const found = new Set<string>()
  const done = new Set<string>()
  const visit = (file: string, trail: readonly string[]) => {
    const at = trail.indexOf(file)
    if (at !== -1) found.add(ring(trail.slice(at)))
    if (at !== -1 || done.has(file)) return
    for (const target of next.get(file) ?? []) visit(target, [...trail, file])
    done.add(file)
  }
  for (const file of next.keys()) visit(file, [])
  return [...found]
}

const boundTargets = (imports: readonly Import[]): string[] =>
  imports.flatMap(({ target, kind }) => (target === undefined || kind === 'lazy' ? [] : [target]))

function ring(files: readonly string[]): string {
  const first = files.indexOf([...files].sort()[0] ?? '')
  const turned = [...files.slice(first), ...files.slice(0, first)]
  return [...turned, turned[0]].join(' imports ')
}

function eachImport(
  sources: readonly Source[],
  judge: (source: Source, imported: Import) => string | undefined,
): string[] {
  return sources.flatMap((source) => source.imports.flatMap((imported) => judge(source, imported) ?? []))
}
