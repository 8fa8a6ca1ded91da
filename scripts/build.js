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
import ts from 'typescript'

const root = new URL('..', import.meta.url).pathname
const bundled = [
  'zod',
  'commander',
  'hono',
  '@hono/node-server',
  'redis-parser',
  'redis-errors',
  'ms',
  'p-limit',
  'yocto-queue',
  // Many small files, and only labs with TLS load them.
  '@peculiar/x509',
  'reflect-metadata',
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
  'src/fixture/vitest.ts',
  'src/fixture/node-test.ts',
]
const common = {
  absWorkingDir: root,
  outbase: 'src',
  outdir: 'dist',
  bundle: true,
  // Less to read for the parser; names stay, for the traces of errors.
  minifySyntax: true,
  minifyWhitespace: true,
  platform: 'node',
  target: 'node20',
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning',
}
/** See src/fixture/no-config.ts. */
const withoutConfigFiles = {
  name: 'without-config-files',
  setup({ onResolve }) {
    onResolve({ filter: /\/config\/index\.js$/ }, () => ({ path: `${root}src/fixture/no-config.ts` }))
  },
}
await Promise.all([
  ...entries.map((entry) =>
    build({
      ...common,
      entryPoints: [entry],
      chunkNames: 'lazy/[name]-[hash]',
      splitting: true,
      format: 'esm',
      external: [...Object.keys(dependencies).filter((name) => !bundled.includes(name)), 'vitest'],
      // Some of the bundled packages are CommonJS and ask for node's own modules by require().
      banner: {
        js: "import { createRequire as $require } from 'node:module'; const require = $require(import.meta.url);",
      },
    }),
  ),
  // jest runs tests where neither import() nor a package that is an ES module can be had: all of it in one CommonJS file.
  build({
    ...common,
    entryPoints: ['src/fixture/jest.ts'],
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    external: ['@jest/globals'],
    plugins: [withoutConfigFiles],
    define: { 'import.meta.url': '$url' },
    banner: { js: "const $url = require('node:url').pathToFileURL(__filename).href;" },
  }),
])
const { configSchema } = await import('../dist/config/schema.js')
writeFileSync(`${root}config.schema.json`, `${JSON.stringify(configSchema(), null, 2)}\n`)

const types = spawnSync(
  process.execPath,
  [`${root}node_modules/typescript/bin/tsc`, '-p', `${root}tsconfig.build.json`],
  { stdio: 'inherit' },
)
if (types.status !== 0) process.exit(types.status ?? 1)
writeFileSync(`${root}dist/fixture/jest.d.cts`, commonJsTypes(`${root}dist/fixture/jest.d.ts`))

/** The declarations of an ES module, for those who require its CommonJS twin. */
function commonJsTypes(file) {
  const program = ts.createProgram([file], { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022 })
  const checker = program.getTypeChecker()
  const names = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)))
  const source = "import('./jest.js', { with: { 'resolution-mode': 'import' } })"
  return names
    .map((symbol) => {
      const { flags } = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
      // Only functions are values here; everything else is exported as a type.
      return flags & ts.SymbolFlags.Function
        ? `export declare const ${symbol.name}: typeof ${source}.${symbol.name}\n`
        : `export type ${symbol.name} = ${source}.${symbol.name}\n`
    })
    .join('')
}
