/**
 * Builds dist/: the bundles that run, and the declarations that editors read; and the JSON Schema of config files.
 *
 * Each entry is bundled for itself: what entries share would otherwise be split into many small files, and each file costs a
 * millisecond of every start.
 *
 * What the quick commands need is bundled, because loading many small files takes longer than running them. What only a first
 * run needs (unpacking, downloading, making) stays outside and is loaded when it is needed.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { build } from 'esbuild'

const root = new URL('..', import.meta.url).pathname
const bundled = [
  'zod',
  'commander',
  'hono',
  '@hono/node-server',
  'redis-parser',
  'redis-errors',
  'cluster-key-slot',
  'ms',
  'p-limit',
  'yocto-queue',
]
const { dependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))

rmSync(`${root}dist`, { recursive: true, force: true })
const entries = [
  'src/index.ts',
  'src/cli/main.ts',
  'src/cli/reference.ts',
  'src/config/schema.ts',
  'src/supervisor/main.ts',
  'src/supervisor/sweep.ts',
]
await Promise.all(
  entries.map((entry) =>
    build({
      absWorkingDir: root,
      entryPoints: [entry],
      outbase: 'src',
      outdir: 'dist',
      chunkNames: 'lazy/[name]-[hash]',
      bundle: true,
      splitting: true,
      // Less to read for the parser; names stay, for the traces of errors.
      minifySyntax: true,
      minifyWhitespace: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: 'linked',
      sourcesContent: false,
      external: Object.keys(dependencies).filter((name) => !bundled.includes(name)),
      // Some of the bundled packages are CommonJS and ask for node's own modules by require().
      banner: {
        js: "import { createRequire as $require } from 'node:module'; const require = $require(import.meta.url);",
      },
      logLevel: 'warning',
    }),
  ),
)
const { configSchema } = await import('../dist/config/schema.js')
writeFileSync(`${root}config.schema.json`, `${JSON.stringify(configSchema(), null, 2)}\n`)

const types = spawnSync(
  process.execPath,
  [`${root}node_modules/typescript/bin/tsc`, '-p', `${root}tsconfig.build.json`],
  { stdio: 'inherit' },
)
process.exit(types.status ?? 1)
