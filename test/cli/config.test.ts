/** A config file in the folder where commands are run: what it says counts, for every command that is about a lab. */
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../src/paths.js'
import type { LabStatus } from '../../src/supervisor/index.js'
import { ask, directive } from '../support/ask.js'
import { labsIn, outcomeOf, useScratch } from '../support/scratch.js'

const scratch = useScratch()

function put(name: string, content: string | object): string {
  const file = path.join(scratch.dir, name)
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

const shop = { name: 'shop', replicas: 0, port: 'auto', dir: './lab', set: ['maxmemory 10mb'] }

interface Resolved {
  readonly file: string | null
  readonly options: Record<string, { value: unknown; from: string; name?: string; path?: string }>
}

test('"up" makes the lab that the file describes, and the other commands are about that lab', async () => {
  put('redis-lab.config.json', shop)
  const up = await scratch.json<LabStatus>('up')
  expect(up).toMatchObject({ name: 'shop', dir: path.join(scratch.dir, 'lab'), ready: { level: 'full' } })
  expect(up.nodes).toHaveLength(3)
  for (const { port } of up.nodes) expect(await directive(port, 'maxmemory')).toBe('10485760')

  expect(await scratch.json('up')).toMatchObject({ name: 'shop', nodes: up.nodes })
  expect(await scratch.json('status')).toMatchObject({ name: 'shop', state: 'running' })
  expect((await scratch.run('cli', '--', 'ping')).stdout).toBe('PONG\n')
  expect((await scratch.run('logs', 'm1')).code).toBe(0)
  expect((await scratch.run('stop', 'm1')).code).toBe(0)
  expect(await scratch.run('status', '--no-config')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('there is no lab named "default"') as string,
  })
  expect(await scratch.json('down', '--purge')).toMatchObject({ name: 'shop', purged: true })
  expect(existsSync(path.join(scratch.dir, 'lab'))).toBe(false)
})

test('a flag counts before the environment, that before the file, and "config" says which it was', async () => {
  const file = put('redis-lab.config.json', { ...shop, redis: '7.2.10', masters: 5 })
  scratch.env['REDIS_LAB_NAME'] = 'from-env'
  scratch.env['REDIS_LAB_REDIS'] = 'system'
  const resolved = await scratch.json<Resolved>('config', '--masters', '4', '--redis', '8.0.6')
  expect(resolved.file).toBe(file)
  expect(resolved.options).toMatchObject({
    masters: { value: 4, from: 'flag' },
    redis: { value: '8.0.6', from: 'flag' },
    name: { value: 'from-env', from: 'environment', name: 'REDIS_LAB_NAME' },
    replicas: { value: 0, from: 'file', path: file },
    dir: { value: path.join(scratch.dir, 'lab'), from: 'file', path: file },
    malloc: { value: 'libc', from: 'default' },
    creator: { value: null, from: 'default' },
  })
  const without = await scratch.json<Resolved>('config', '--no-config')
  expect(without).toMatchObject({ file: null, options: { replicas: { value: 1, from: 'default' } } })

  const { stdout, stderr } = await scratch.run('config', '--masters', '4')
  expect(stderr).toContain(file)
  expect(stdout).toMatch(/^masters +4 +flag$/m)
  expect(stdout).toMatch(/^name +from-env +REDIS_LAB_NAME$/m)
  expect(stdout).toMatch(/^set +"maxmemory 10mb" +\/.*redis-lab\.config\.json$/m)
})

test('--config names another file, and commands without options of a lab read none', async () => {
  put('redis-lab.config.json', '{ broken')
  const other = put('other.json', { masters: 7 })
  expect(await scratch.json('config', '--config', 'other.json')).toMatchObject({ file: other })
  for (const command of ['ls', 'prune', 'doctor']) expect((await scratch.run(command)).stderr).not.toContain('broken')
  expect((await scratch.run('ls')).code).toBe(0)
})

test('everything that is wrong is said at once, with file, line and column, and nothing is touched', async () => {
  const file = put('redis-lab.config.json', '{\n  "masters": 0,\n  "colour": "red"\n}')
  for (const command of ['up', 'status', 'down', 'config']) {
    const { code, stdout, stderr } = await scratch.run(command, '--name', '../x')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.split('\n').slice(0, 4)).toEqual([
      'redis-lab: 3 things are wrong with what was given',
      expect.stringMatching(/^ {2}--name takes a name of letters, .* not "\.\.\/x"$/) as string,
      `  ${file}:2:3: masters takes a whole number from 1 to 1000, not 0`,
      `  ${file}:3:3: there is no option "colour"`,
    ])
  }
  expect(labsIn(scratch.places)).toEqual([])
})

test('a lab that differs from what the file says is refused like one that differs from a flag', async () => {
  put('redis-lab.config.json', { ...shop, masters: 4 })
  expect((await scratch.run('up', '--masters', '3')).code).toBe(0)
  const { code, stderr } = await scratch.run('up')
  expect({ code, stderr }).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--masters: the lab has 3, you asked for 4') as string,
  })
  await scratch.run('down', '--purge')
})

const installed = () => {
  mkdirSync(path.join(scratch.dir, 'node_modules'))
  symlinkSync(packageRoot(), path.join(scratch.dir, 'node_modules', 'redis-lab'))
}

test('a TypeScript file says it with defineConfig, and what its function returns counts', async () => {
  installed()
  put(
    'redis-lab.config.ts',
    `import { defineConfig, type LabConfig } from 'redis-lab'
     const shared: LabConfig = { replicas: 0, port: 'auto' }
     export default defineConfig(async () => ({ ...shared, masters: 4, name: process.env['SHOP'] ?? 'typed' }))`,
  )
  const up = await scratch.json<LabStatus>('up')
  expect(up).toMatchObject({ name: 'typed', ready: { level: 'full' } })
  expect(up.nodes).toHaveLength(4)
  expect(await scratch.json('down', '--purge')).toMatchObject({ name: 'typed', purged: true })
})

const program = `
  import { connectLab, startLab } from 'redis-lab'
  const lab = await startLab(JSON.parse(process.argv[2] ?? '{}'))
  const { ephemeral } = await lab.status()
  console.log(JSON.stringify({ name: lab.name, dir: lab.dir, ports: lab.nodes.map(({ port }) => port), ephemeral }))
  await lab.stop()
`

test('startLab() takes from a file what a lab is made of, and not where it is or what it is called', async () => {
  installed()
  put('redis-lab.config.json', { ...shop, port: 6001, masters: 4, ephemeral: false })
  const file = put('program.mjs', program)
  const start = async (options: object) => {
    const { code, stdout, stderr } = await outcomeOf(scratch.start([JSON.stringify(options)], file))
    expect(code, stderr).toBe(0)
    return JSON.parse(stdout) as { name: string; dir: string; ports: number[]; ephemeral: boolean }
  }
  const lab = await start({})
  expect(lab).toMatchObject({ name: expect.stringMatching(/^test-/) as string, ephemeral: true })
  expect(lab.dir.startsWith(scratch.env['TMPDIR'] ?? '-')).toBe(true)
  expect(lab.ports).toHaveLength(4)
  expect(lab.ports).not.toContain(6001)
  expect((await start({ masters: 3 })).ports).toHaveLength(3)
  expect((await start({ config: false, replicas: 0 })).ports).toHaveLength(3)
  put('other.mjs', 'export default { masters: 5, replicas: 0 }')
  expect((await start({ config: './other.mjs' })).ports).toHaveLength(5)
})

test('connectLab() finds the lab that the file names', async () => {
  installed()
  put('redis-lab.config.json', shop)
  const { nodes } = await scratch.json<LabStatus>('up')
  const connect = (what: string) =>
    put('connect.mjs', `import { connectLab } from 'redis-lab'\nconsole.log((await connectLab(${what})).name)`)
  const said = async (what: string) => outcomeOf(scratch.start([], connect(what)))
  expect(await said('')).toMatchObject({ code: 0, stdout: 'shop\n' })
  expect(await said("'shop', { config: false }")).toMatchObject({ code: 0, stdout: 'shop\n' })
  expect(await said('undefined, { config: false }')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('there is no lab named "default"') as string,
  })
  expect(await ask(nodes[0]?.port ?? 0, 'PING')).toBe('PONG')
  await scratch.run('down', '--purge')
})
