/**
 * A TypeScript file as a module: by Node itself where it strips types, otherwise by jiti. The only door to that package.
 *
 * What Node refuses before it runs a line (an enum, an import without its ending) jiti is asked for, too: the same file then
 * means the same on every Node.
 */
import process from 'node:process'
import { pathToFileURL } from 'node:url'

/** As a module of JavaScript, a file is loaded once in the life of a process. */
const loaded = new Map<string, Promise<object>>()

export async function importTypeScript(file: string): Promise<object> {
  if (stripsTypes()) {
    try {
      return (await import(pathToFileURL(file).href)) as object
    } catch (error) {
      if (!refusedByNode.includes(String((error as NodeJS.ErrnoException).code))) throw error
    }
  }
  const loading = loaded.get(file) ?? importByJiti(file)
  loaded.set(file, loading)
  void loading.catch(() => loaded.delete(file))
  return loading
}

const refusedByNode = [
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING',
  'ERR_MODULE_NOT_FOUND',
  'ERR_UNSUPPORTED_DIR_IMPORT',
]

/** Node 22.18, 23.6 and later, or earlier ones that were told to. */
const stripsTypes = (): boolean => Boolean((process.features as { typescript?: string | false }).typescript)

async function importByJiti(file: string): Promise<object> {
  const { createJiti } = await import('jiti')
  // Its cache would be files that nobody removes.
  return createJiti(pathToFileURL(file).href, { fsCache: false, moduleCache: false }).import(file)
}
