/**
 * The packed package, as a stranger gets it: packed, installed in an empty folder, and used there by its command, its library
 * and its types. Needs the registry for the dependencies.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const dir = mkdtempSync(path.join(os.tmpdir(), 'redis-lab-smoke-'))
const env = { ...process.env, REDIS_LAB_STATE: path.join(dir, 'state') }
const run = (file, args, options = {}) =>
  execFileSync(file, args, { cwd: dir, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], ...options })
const expect = (holds, what) => {
  if (!holds) throw new Error(`smoke test: ${what}`)
  console.log(`ok: ${what}`)
}

try {
  const [{ filename, files }] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', dir], { cwd: root }),
  )
  const names = files.map((file) => file.path)
  expect(
    names.includes('bin/redis-lab.js') && names.includes('dist/index.d.ts') && names.includes('templates/redis.conf'),
    'the package has its command, types and templates',
  )
  expect(names.includes('config.schema.json'), 'the package has the schema of config files')
  expect(!names.some((name) => /^(src|test|bench)\//.test(name)), 'the package has no sources and tests')

  const app = path.join(dir, 'app')
  mkdirSync(app)
  writeFileSync(path.join(app, 'package.json'), JSON.stringify({ name: 'app', private: true, type: 'module' }))
  run('npm', ['install', '--no-audit', '--no-fund', '--omit=dev', path.join(dir, filename)], { cwd: app })
  const bin = path.join(app, 'node_modules', '.bin', 'redis-lab')
  const lab = (...args) => run(bin, args, { cwd: app })

  expect(/^\d+\.\d+\.\d+/.test(lab('--version')), 'redis-lab --version')
  const up = JSON.parse(lab('up', '--name', 'smoke', '--port', 'auto', '--json'))
  expect(up.ready.level === 'full' && up.nodes.length === 6, 'redis-lab up is proven ready')
  expect(lab('cli', '--name', 'smoke', '--', 'set', 'greeting', 'hello').trim() === 'OK', 'redis-lab cli writes')
  expect(JSON.parse(lab('down', '--name', 'smoke', '--purge', '--json')).purged === true, 'redis-lab down --purge')

  const config = path.join(app, 'redis-lab.config.ts')
  writeFileSync(
    config,
    `import { defineConfig } from 'redis-lab'
     const masters: number = 5
     export default defineConfig({ masters, name: 'smoke' })`,
  )
  const { options } = JSON.parse(lab('config', '--json'))
  expect(options.masters.value === 5 && options.name.path === config, 'a config file in TypeScript')
  rmSync(config)

  writeFileSync(
    path.join(app, 'app.mjs'),
    `import { startLab } from 'redis-lab'
     const lab = await startLab({ masters: 3, replicas: 0 })
     console.log(JSON.stringify({ urls: lab.urls, level: (await lab.status()).ready.level }))
     await lab.stop()`,
  )
  const said = JSON.parse(run(process.execPath, ['app.mjs'], { cwd: app }))
  expect(said.urls.length === 3 && said.level === 'full', 'startLab() from the installed package')

  writeFileSync(
    path.join(app, 'app.ts'),
    `import { startLab, connectLab, type LabStatus, type LabOptions } from 'redis-lab'
     const options: LabOptions = { masters: 3, set: ['maxmemory 10mb'], timeout: '30s' }
     export async function main(): Promise<LabStatus> {
       await using lab = await startLab(options)
       const other = await connectLab('x')
       // @ts-expect-error a name is a string
       await startLab({ name: 5 })
       return other === lab ? lab.status() : other.status()
     }`,
  )
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const flags = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--lib',
    'es2023,esnext.disposable',
    '--typeRoots',
    path.join(root, 'node_modules/@types'),
    '--types',
    'node',
  ]
  run(process.execPath, [tsc, ...flags, 'app.ts'], { cwd: app, stdio: ['ignore', 'inherit', 'inherit'] })
  expect(true, 'the types of the installed package')

  for (const [file, text] of Object.entries({
    'entries.ts': `import { useLab, labFor, type Lab } from 'redis-lab/node-test'
       import * as jest from 'redis-lab/jest'
       import { test } from 'node:test'
       const lab: Lab = useLab({ replicas: 0, reset: true })
       test('x', async (t) => { const own = await labFor(t); const urls: string[] = [...own.urls, ...lab.urls, ...jest.sharedLabData().urls] })
       // @ts-expect-error a lab is no number
       const wrong: number = jest.useLab()`,
    // A project that is CommonJS, as most of those with jest are.
    'entries.cts': `import { useLab, sharedLab, type Lab } from 'redis-lab/jest'
       const lab: Lab = useLab({ keepOnFailure: true })
       const urls: string[] = lab.urls
       // @ts-expect-error masters are a number
       export = sharedLab({ masters: 'many' })`,
  })) {
    writeFileSync(path.join(app, file), text)
    run(process.execPath, [tsc, ...flags, file], { cwd: app, stdio: ['ignore', 'inherit', 'inherit'] })
  }
  expect(true, 'the types of the entries for test runners, of the CommonJS one too')
  const load = (code) => run(process.execPath, ['--input-type=commonjs', '-e', code], { cwd: app })
  expect(
    load("console.log(Object.keys(require('redis-lab/jest')))").includes('useLab'),
    'redis-lab/jest can be required',
  )

  const labs = path.join(dir, 'state', 'labs')
  expect(readdirSync(labs).length === 0, 'nothing is left')
} finally {
  rmSync(dir, { recursive: true, force: true })
}
