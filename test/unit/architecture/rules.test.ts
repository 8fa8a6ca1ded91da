/** The rules of the house, shown to find what breaks them. */
import { expect, test } from 'vitest'
import { actsAtImport, idleReaders, readsEnvironment, speaksOutOfPlace } from './behaviour.js'
import {
  breaksOrder,
  cycles,
  leadsNowhere,
  packageOf,
  passesDoor,
  passesPackageDoor,
  strayPackages,
} from './imports.js'
import { parseSource, type Source } from './source.js'

const house = (files: Record<string, string>): Source[] =>
  Object.entries(files).map(([file, text]) => parseSource(file, text))

test.each([
  ["import { a } from './a.js'", 'static'],
  ["import './a.js'", 'static'],
  ["import a, { type b } from './a.js'", 'static'],
  ["import { type b, c } from './a.js'", 'static'],
  ["export { a } from './a.js'", 'static'],
  ["export * from './a.js'", 'static'],
  ["import type { A } from './a.js'", 'type'],
  ["import { type A, type B } from './a.js'", 'type'],
  ["export type { A } from './a.js'", 'type'],
  ["let a: typeof import('./a.js')", 'type'],
  ["let a: import('./a.js').A", 'type'],
  ["const a = async () => (await import('./a.js')).b", 'lazy'],
])('%s is seen as an import, and as %s', (text, kind) => {
  expect(parseSource('x/b.ts', text).imports).toEqual([{ specifier: './a.js', target: 'x/a.ts', kind }])
})

test('what only looks like an import is none', () => {
  expect(parseSource('a.ts', "// import './b.js'\nconst a = `import './c.js'`").imports).toEqual([])
})

test.each([
  ['./a.js', undefined],
  ['node:fs/promises', undefined],
  ['hono/body-limit', 'hono'],
  ['@hono/node-server/utils', '@hono/node-server'],
])('%s belongs to the package %s', (specifier, name) => expect(packageOf(specifier)).toBe(name))

test('an import upwards, sideways or of a stranger is found, a type or a lazy one too', () => {
  const sources = house({
    'node/a.ts': "import type { Member } from '../cluster/index.js'\nimport '../errors.js'\nimport './b.js'",
    'util/a.ts': "void import('../spec/index.js')",
    'view/a.ts': "export { fixture } from '../fixture/index.js'",
    'tools/a.ts': '',
  })
  expect(breaksOrder(sources)).toEqual([
    'tools/a.ts belongs to no part of the house',
    'node/a.ts imports ../cluster/index.js: cluster is not below node',
    'util/a.ts imports ../spec/index.js: spec is not below util',
    'view/a.ts imports ../fixture/index.js: fixture is not below view',
  ])
})

test('who goes past a door is found, and who imports an entry point', () => {
  const sources = house({
    'lab/a.ts': "import '../supervisor/record.js'\nimport '../supervisor/index.js'\nimport '../util/lock.js'",
    'lab/b.ts': "import './a.js'\nimport '../supervisor/main.js'",
    'cli/up.ts': "import './main.js'",
  })
  expect(passesDoor(sources)).toEqual([
    'lab/a.ts imports ../supervisor/record.js: supervisor is entered through supervisor/index.ts',
    'lab/b.ts imports ../supervisor/main.js: an entry point is run, not imported',
    'cli/up.ts imports ./main.js: an entry point is run, not imported',
  ])
})

test('a package in a second file is found, a part of it or its types too', () => {
  const sources = house({
    'supervisor/api.ts': "import { Hono } from 'hono'",
    'lab/a.ts': "import type { Context } from 'hono/types'\nlet kill: typeof import('tree-kill')",
  })
  expect(passesPackageDoor(sources)).toEqual([
    'lab/a.ts imports hono/types: only supervisor/api.ts does',
    'lab/a.ts imports tree-kill: only util/command.ts does',
  ])
})

test('a package that is not declared is found, and one that is declared for nothing', () => {
  const sources = house({ 'a.ts': "import 'zod'\nimport 'left/right'\nimport 'fs'\nimport 'node:net'" })
  expect(strayPackages(sources, ['zod', 'ms'])).toEqual([
    'a.ts imports left/right: left is not in "dependencies"',
    'a.ts imports fs: it is written node:fs',
    'package.json: nobody imports the dependency ms',
  ])
})

test('an import of a file that is not there is found', () => {
  expect(leadsNowhere(house({ 'a.ts': "import './b.js'" }))).toEqual(['a.ts imports ./b.js: there is no b.ts'])
})

test('a circle is found once, types included, and a lazy import makes none', () => {
  const sources = house({
    'c.ts': "import type { A } from './a.js'",
    'a.ts': "import './b.js'",
    'b.ts': "export * from './c.js'",
    'd.ts': "import './a.js'\nconst load = () => import('./e.js')",
    'e.ts': "import './d.js'",
    'f.ts': "import './f.js'",
  })
  expect(cycles(sources)).toEqual(['a.ts imports b.ts imports c.ts imports a.ts', 'f.ts imports f.ts'])
})

test.each([
  ['console.log(1)', 'console'],
  ["process['stdout'].write('')", 'process.stdout'],
  ["import { stderr } from 'node:process'", 'process.stderr'],
  ['const { exit: leave } = process', 'process.exit'],
  ['() => globalThis.process.exit(1)', 'process.exit'],
])('%s speaks out of place, except where speaking is meant', (text, what) => {
  expect(speaksOutOfPlace(house({ 'node/a.ts': text }))).toEqual([
    `node/a.ts uses ${what}: only view/, cli/ and supervisor/main.ts do`,
  ])
  expect(speaksOutOfPlace(house({ 'view/a.ts': text, 'cli/a.ts': text, 'supervisor/main.ts': text }))).toEqual([])
})

test.each([
  ["process.env['HOME']"],
  ["process['env']"],
  ['const { env } = process'],
  ['import { env as world } from "node:process"'],
])('%s reads the environment out of place', (text) => {
  expect(readsEnvironment(house({ 'paths.ts': text }))).toEqual([
    'paths.ts uses process.env: the environment is passed in, as options are',
  ])
  expect(readsEnvironment(house({ 'lab/start.ts': text }))).toEqual([])
})

test('an exception that nobody uses is found', () => {
  const sources = house({
    'cli/main.ts': 'run(process.env)',
    'util/command.ts': "process.env['PATH']",
    'lab/start.ts': '',
    'fixture/jest.ts': 'process.env',
    'fixture/node-test.ts': 'process.env',
  })
  expect(idleReaders(sources)).toEqual(['lab/start.ts'])
})

test.each([
  ["console.log('loaded')"],
  ['if (a) b()'],
  ['for (const a of b) c(a)'],
  ["import { readFileSync } from 'node:fs'\nconst text = readFileSync('x')"],
  ["import * as fs from 'node:fs'\nexport const found = [fs.statSync('x')]"],
  ["import net from 'node:net'\nconst server = net.createServer().listen(1)"],
  ["import { spawn as run } from 'node:child_process'\nclass A { static child = run('x') }"],
  ['const started = process.hrtime()'],
  ['const later = setTimeout(() => {}, 1)'],
  ['const answer = await ask()'],
  ["const other = import('./b.js')"],
])('%j does something at import', (text) => expect(actsAtImport(house({ 'node/a.ts': text }))).toHaveLength(1))

test.each([
  ["import { readFileSync } from 'node:fs'\nconst read = () => readFileSync('x')"],
  ["import { openSync } from 'node:fs'\nclass A { file = openSync('x'); b() { openSync('y') } }"],
  ["import path from 'node:path'\nexport const file = path.join('a', 'b')"],
  ['export const option = z.string().register(meta, { read: (text) => process.exit(text) })'],
  ['const known = new Set(levels.filter((level) => level !== 1))'],
  ['export interface A { readonly b: string }'],
  ["declare module 'a' { interface B { readonly c: string } }"],
])('%j does nothing at import', (text) => expect(actsAtImport(house({ 'node/a.ts': text }))).toEqual([]))

test('an entry point may act: it is run', () => {
  expect(actsAtImport(house({ 'cli/main.ts': 'process.exitCode = await main()' }))).toEqual([])
})
