/** The main job as a person has it: up, look, down, up again, away. One lab with every default, from its first to its last day. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { idsOf, isRunning, nodeOf, pidsOf, small, supervisorOf } from '../support/lab.js'
import { labsIn, useScratch } from '../support/scratch.js'

const scratch = useScratch('file')
const status = () => scratch.json<LabStatus>('status')
const inLab = (...names: string[]) => path.join(scratch.places.state, 'labs', 'default', ...names)
const mode = (file: string) => statSync(file).mode & 0o777

describe('a lab with every default', () => {
  let first: LabStatus

  test('up says on stdout what there is, what is proven and what to type next, and on stderr how it went', async () => {
    const { code, stdout, stderr } = await scratch.run('up', '--masters', '3', '--replicas', '1')
    expect(code, stderr).toBe(0)
    const lines = stdout.split('\n')
    expect(lines[0]).toMatch(/^NODE +PORT +ROLE +SLOTS +STATE +PID$/)
    expect(lines[1]).toMatch(/^m1 +6001 +master +0-5460 +running +\d+$/)
    expect(lines[3]).toMatch(/^m3 +6003 +master +10923-16383 +running +\d+$/)
    expect(lines[6]).toMatch(/^r3 +6006 +replica +of m[123] +running +\d+$/)
    expect(lines).toContain('All 16384 slots are served.')
    expect(stdout).toContain('redis://127.0.0.1:6001')
    expect(stdout).toMatch(/redis-lab cli .*\n.*redis-lab down /)
    expect(stderr).toMatch(/starting lab "default"[^]*proven ready \(full\)/)
    expect(stdout).not.toMatch(/starting|proven/)
  })

  test('status --json is the contract, and every node of it is what was asked for', async () => {
    first = await status()
    const { server, cli, version } = inject('build')
    expect(first).toEqual({
      name: 'default',
      state: 'running',
      dir: inLab(),
      ephemeral: false,
      redis: { engine: 'redis', version, source: expect.any(String) as string, server, cli },
      creator: expect.any(String) as string,
      tls: null,
      auth: 'none',
      supervisor: { pid: expect.any(Number) as number, socket: expect.any(String) as string },
      ready: { level: 'full', reasons: [] },
      slots: { assigned: 16_384, served: 16_384, unserved: [] },
      deviations: [],
      nodes: expect.any(Array) as unknown,
    })
    const slots = [[[0, 5460]], [[5461, 10922]], [[10923, 16383]], [], [], []]
    const ids = idsOf(first)
    expect(first.nodes).toEqual(
      ['m1', 'm2', 'm3', 'r1', 'r2', 'r3'].map((name, index) => ({
        name,
        redis: { engine: 'redis', version },
        host: '127.0.0.1',
        port: 6001 + index,
        busPort: 16001 + index,
        pid: expect.any(Number) as number,
        id: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
        role: index < 3 ? 'master' : 'replica',
        plannedRole: index < 3 ? 'master' : 'replica',
        masterId: index < 3 ? null : (expect.toBeOneOf(ids.slice(0, 3)) as string),
        slots: slots[index],
        state: 'running',
        restarts: 0,
        dir: inLab(String(6001 + index)),
        log: inLab(String(6001 + index), 'redis.log'),
        foreign: false,
      })),
    )
    const masterIds = first.nodes.slice(3).map((node) => node.masterId)
    expect(masterIds.sort(), 'each master has a replica').toEqual(ids.slice(0, 3).sort())
    expect(new Set(pidsOf(first)).size, 'seven processes').toBe(7)
    expect(pidsOf(first).every(isRunning)).toBe(true)
  })

  test('status in words has the state, the folder and the level', async () => {
    const { code, stdout, stderr } = await scratch.run('status')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^lab "default" is running \(redis /)
    expect(stdout).toContain(`folder: ${inLab()}\n`)
    expect(stdout).toMatch(/All 16384 slots are served\.\nready: full\n$/)
  })

  test('up again says that it runs already, and starts nothing', async () => {
    const { code, stdout, stderr } = await scratch.run('up', '--masters', '3', '--replicas', '1')
    expect(code).toBe(0)
    expect(stderr).toContain('lab "default" is already running')
    expect(stdout).toContain('All 16384 slots are served.')
    expect(pidsOf(await status())).toEqual(pidsOf(first))
  })

  test('up with another spec is refused with the difference and the way out', async () => {
    const { code, stdout, stderr } = await scratch.run('up', '--masters', '5')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('the lab "default" is running with another spec')
    expect(stderr).toContain('--masters: the lab has 3, asked for was 5')
    expect(stderr).toMatch(/Choose another --name, or .*redis-lab down --name default --purge/)
    expect(pidsOf(await status())).toEqual(pidsOf(first))
  })

  test('each node has a folder with a redis.conf of its own, and the lab has its records beside them', () => {
    for (const { port } of first.nodes) {
      const lines = readFileSync(inLab(String(port), 'redis.conf'), 'utf8').split('\n')
      expect(lines).toEqual(
        expect.arrayContaining([
          `port ${port}`,
          'cluster-enabled yes',
          'cluster-config-file nodes.conf',
          'cluster-node-timeout 5000',
          'appendonly yes',
          'bind 127.0.0.1',
          'repl-diskless-sync-delay 0',
        ]),
      )
      expect(readdirSync(inLab(String(port)))).toEqual(
        expect.arrayContaining(['appendonlydir', 'nodes.conf', 'redis.conf', 'redis.log']),
      )
    }
    const record = JSON.parse(readFileSync(inLab('lab.json'), 'utf8')) as Record<string, unknown>
    expect(record).toMatchObject({ name: 'default', dir: inLab(), formed: true, spec: { masters: 3, replicas: 1 } })
    const events = readFileSync(inLab('supervisor.log'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: string }).type)
    expect(events[0]).toBe('lab-starting')
    expect(events.at(-1)).toBe('lab-ready')
  })

  test('the control socket has a short path and is for its owner alone', () => {
    const { socket } = supervisorOf(first)
    expect(socket.length).toBeLessThan(100)
    expect(statSync(socket).isSocket()).toBe(true)
    expect(mode(socket)).toBe(0o600)
    expect(mode(path.dirname(socket))).toBe(0o700)
  })

  test('cli is redis-cli on any node, whichever way the node is named, and follows redirections', async () => {
    expect(await scratch.run('cli', '--', 'set', 'greeting', 'hello')).toEqual({ code: 0, stdout: 'OK\n', stderr: '' })
    const id = String(first.nodes[4]?.id)
    for (const node of ['6001', 'm2', 'r1', '6006', id, id.slice(0, 12)]) {
      const { code, stdout } = await scratch.run('cli', node, '--', 'get', 'greeting')
      expect({ code, stdout }, node).toEqual({ code: 0, stdout: 'hello\n' })
    }
  })

  test('cli keeps the exit code of redis-cli', async () => {
    const failed = await scratch.run('cli', 'm1', '--', '-e', 'no-such-command')
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('unknown command')
    const { code, stderr } = await scratch.run('cli', 'm9')
    expect(code).toBe(2)
    expect(stderr).toMatch(/has no node "m9"\n.*m1 \(6001\), m2 \(6002\)/)
  })

  test('down ends every process and keeps the data', async () => {
    const { code, stdout, stderr } = await scratch.run('down')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toBe(`Lab "default" is down. Its data stays in ${inLab()}; redis-lab up resumes it.\n`)
    expect(pidsOf(first).filter(isRunning)).toEqual([])
    expect(scratch.processes()).toEqual([])
    expect(existsSync(supervisorOf(first).socket)).toBe(false)
    expect(existsSync(inLab('6001', 'nodes.conf'))).toBe(true)
  })

  test('status of a lab that is down says so, with the ids that its nodes will have again', async () => {
    const stopped = await status()
    expect(stopped).toMatchObject({ state: 'stopped', supervisor: null, ready: { level: 'none' } })
    expect(idsOf(stopped)).toEqual(idsOf(first))
    expect(stopped.nodes.every((node) => node.pid === null && node.state === 'stopped')).toBe(true)
    const { code, stdout } = await scratch.run('status')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^lab "default" is stopped/)
  })

  test('down again exits 0 and says that it was down already', async () => {
    const { code, stdout } = await scratch.run('down')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Lab "default" was down already\. Its data stays in /)
  })

  test('a lab that is kept is not resumed as another one', async () => {
    const { code, stderr } = await scratch.run('up', '--replicas', '2')
    expect(code).toBe(2)
    expect(stderr).toContain('the lab "default" is kept with another spec')
    expect(stderr).toContain('--replicas: the lab has 1, asked for was 2')
    expect(scratch.processes()).toEqual([])
  })

  test('up resumes the same nodes with the same keys', async () => {
    const { code, stderr } = await scratch.run('up')
    expect(code, stderr).toBe(0)
    expect(stderr).toContain('resuming lab "default"')
    const resumed = await status()
    expect(resumed).toMatchObject({ state: 'running', ready: { level: 'full' } })
    expect(idsOf(resumed)).toEqual(idsOf(first))
    const { stdout } = await scratch.run('cli', 'm3', '--', 'get', 'greeting')
    expect(stdout).toBe('hello\n')
  })

  test('down --purge of a running lab leaves nothing of it', async () => {
    const { code, stdout } = await scratch.run('down', '--purge')
    expect(code).toBe(0)
    expect(stdout).toBe('Lab "default" is down, and its data is deleted.\n')
    expect(scratch.processes()).toEqual([])
    expect(labsIn(scratch.places)).toEqual([])
  })

  test('down of nothing exits 0 and says so', async () => {
    const { code, stdout, stderr } = await scratch.run('down')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toBe('There is no lab named "default": nothing to take down.\n')
    expect(await scratch.run('down', '--all')).toEqual({ code: 0, stdout: 'There are no labs.\n', stderr: '' })
    expect((await scratch.run('ls')).stdout).toMatch(/^There are no labs\./)
  })
})

describe('labs with names, in folders of their user', () => {
  const folder = () => path.join(scratch.dir, 'my lab ünter $HOME "quoted"')

  test('two labs stand side by side, and ls tells them apart', async () => {
    mkdirSync(folder())
    writeFileSync(path.join(folder(), 'notes.txt'), 'mine')
    const [here, there] = await Promise.all([
      scratch.run('up', '--name', 'here', ...small),
      scratch.run('up', '--name', 'there', '--dir', folder(), ...small),
    ])
    expect(here.code, here.stderr).toBe(0)
    expect(there.code, there.stderr).toBe(0)
    expect(there.stdout).toContain('redis-lab cli --name there')

    const { stdout } = await scratch.run('ls')
    expect(stdout).toMatch(/^NAME +STATE +PORTS +REDIS +FOLDER\n/)
    expect(stdout).toMatch(/\nhere +running +\d+-\d+ +redis \S+ +/)
    expect(stdout).toMatch(/\nthere +running /)
    expect(stdout).toContain(folder())
  })

  test('a folder chosen with --dir is where the nodes live, and one of them is reached by the name of its lab', async () => {
    const there = await scratch.json<LabStatus>('status', '--name', 'there')
    const { port } = nodeOf(there, 'm1')
    expect(there.dir).toBe(folder())
    expect(existsSync(path.join(folder(), String(port), 'nodes.conf'))).toBe(true)
    const { stdout } = await scratch.run('cli', '--name', 'there', '--', 'config', 'get', 'dir')
    expect(stdout).toBe(`dir\n${path.join(folder(), String(port))}\n`)
  })

  test('a folder that holds another lab is refused', async () => {
    const { code, stderr } = await scratch.run('up', '--name', 'third', '--dir', folder(), ...small)
    expect(code).toBe(2)
    expect(stderr).toContain('already holds something that the lab "third" would have to overwrite')
    expect(labsIn(scratch.places)).toEqual(['here', 'there'])
  })

  test('down --purge deletes what the lab made and nothing else', async () => {
    const { code, stderr } = await scratch.run('down', '--name', 'there', '--purge')
    expect(code, stderr).toBe(0)
    expect(readdirSync(folder())).toEqual(['notes.txt'])
    expect(labsIn(scratch.places)).toEqual(['here'])
  })

  test('down --all takes every lab down', async () => {
    const { code, stdout } = await scratch.run('down', '--all', '--purge')
    expect(code).toBe(0)
    expect(stdout).toBe('Lab "here" is down, and its data is deleted.\n')
    expect(labsIn(scratch.places)).toEqual([])
    expect(scratch.processes()).toEqual([])
  })
})
