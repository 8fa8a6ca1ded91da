/**
 * `npm run bench`: bundles bench/main.ts and runs it.
 *
 * Into node_modules/.cache, because from there the packages that stay outside of the bundle are found. What is measured is
 * never this bundle but the built package itself, its command and its library; only the proof of readiness is shared source.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const caches = path.join(root, 'node_modules', '.cache')
mkdirSync(caches, { recursive: true })
const dir = mkdtempSync(path.join(caches, 'redis-lab-bench-'))
// A signal ends nothing here: the bench itself ends what it began, and then returns.
try {
  const outfile = path.join(dir, 'main.mjs')
  await build({
    absWorkingDir: root,
    entryPoints: ['bench/main.ts'],
    outfile,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  })
  const { bench } = await import(pathToFileURL(outfile).href)
  process.exitCode = await bench(process.argv.slice(2))
} finally {
  rmSync(dir, { recursive: true, force: true })
}
