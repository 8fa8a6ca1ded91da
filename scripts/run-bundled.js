/**
 * Bundles a program of this repository that is written in TypeScript, and imports it.
 *
 * Into node_modules/.cache, because from there the packages that stay outside of the bundle are found.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Hands the module to `run`; when that has ended, nothing of the bundle is left. A signal ends nothing here. */
export async function withBundled(entry, run) {
  const caches = path.join(root, 'node_modules', '.cache')
  mkdirSync(caches, { recursive: true })
  const dir = mkdtempSync(path.join(caches, 'redis-lab-bundled-'))
  try {
    const outfile = path.join(dir, 'main.mjs')
    await build({
      absWorkingDir: root,
      entryPoints: [entry],
      outfile,
      bundle: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: 'inline',
      logLevel: 'warning',
    })
    return await run(await import(pathToFileURL(outfile).href))
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
