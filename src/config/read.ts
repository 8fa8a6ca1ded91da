/** What a config file says, by the kind of file it is. */
import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import { LabError } from '../errors.js'
import type { ConfigFile } from '../spec/index.js'
import { escapeControls } from '../util/text.js'
import { fromFolderOf } from './anchor.js'

type Content = Pick<ConfigFile, 'placeOf'> & { readonly value: unknown }

const readers: Readonly<Record<string, (file: string) => Promise<Content>>> = {
  '.json': readJson,
  '.js': readScript,
  '.mjs': readScript,
  '.ts': readTypeScript,
}

/** @throws LabError `bad-input`, with the file's path */
export async function readConfig(file: string): Promise<ConfigFile> {
  const read = readers[path.extname(file)]
  if (!read) throw unusable(file, 'is no config file: its name has to end in .json, .js, .mjs or .ts')
  requireReadable(file)
  const { value, placeOf } = await read(file)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw unusable(file, `has to give an object of options, not ${escapeControls(inspect(value, { depth: 0 }))}`)
  }
  const { $schema: _, ...options } = value as Record<string, unknown>
  return { path: file, values: fromFolderOf(file, options), placeOf }
}

function requireReadable(file: string): void {
  try {
    accessSync(file, constants.R_OK)
  } catch (error) {
    const gone = ['ENOENT', 'ENOTDIR'].includes(String((error as NodeJS.ErrnoException).code))
    throw unusable(file, gone ? 'is named as the config file, and is not there' : 'cannot be read', error)
  }
  if (!statSync(file).isFile()) throw unusable(file, 'is named as the config file, and is no file')
}

async function readJson(file: string): Promise<Content> {
  const { parseJson } = await import('./json.js')
  return parseJson(file, readFileSync(file, 'utf8'))
}

async function readScript(file: string): Promise<Content> {
  return { value: await resultOf(file, () => import(pathToFileURL(file).href) as Promise<object>) }
}

async function readTypeScript(file: string): Promise<Content> {
  const { importTypeScript } = await import('./typescript.js')
  return { value: await resultOf(file, () => importTypeScript(file)) }
}

/** The default export, or what it returns where it is a function. */
async function resultOf(file: string, load: () => Promise<object>): Promise<unknown> {
  let exported: unknown
  try {
    const loaded = await load()
    if (!('default' in loaded)) throw unusable(file, 'has no default export')
    exported = typeof loaded.default === 'function' ? await (loaded.default as () => unknown)() : loaded.default
  } catch (error) {
    if (error instanceof LabError) throw error
    throw failed(file, error)
  }
  return exported
}

function failed(file: string, error: unknown): LabError {
  const message = error instanceof Error ? error.message : inspect(error)
  const [first = '', ...more] = message.split('\n').map((line) => escapeControls(line.trim()))
  // Where a file cannot even be parsed, Node puts the place above the error's own lines.
  const stack = error instanceof Error ? (error.stack ?? '').split('\n') : []
  const shown = stack.filter((line) => line.includes(file)).map((line) => escapeControls(line.trim()))
  const details = [...new Set([...more.filter((line) => line !== ''), ...shown.slice(0, 3)])]
  const hint = /Cannot use import statement|Unexpected token 'export'/.test(first)
    ? 'Where the package.json does not say "type": "module", a file with import and export ends in .mjs.'
    : undefined
  return unusable(file, `cannot be loaded: ${first}`, error, { hint, details })
}

function unusable(
  file: string,
  what: string,
  cause?: unknown,
  { hint, details }: { hint?: string | undefined; details?: readonly string[] } = {},
): LabError {
  const message = `${escapeControls(file)} ${what}`
  return new LabError(
    {
      code: 'bad-input',
      message,
      hint: hint ?? 'Correct it, or leave it out: --no-config, in the library config: false.',
      details,
    },
    { cause },
  )
}
