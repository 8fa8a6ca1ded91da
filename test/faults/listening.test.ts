/** Whatever its redis.conf holds, lacks or is called: a server listens where the lab means it to, or not at all. */
import { appendFileSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { ask } from '../support/ask.js'
import { nodeOf, pidsOf, small } from '../support/lab.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch()
const confOf = (lab: LabStatus, name: string) => path.join(nodeOf(lab, name).dir, 'redis.conf')

/** Local addresses on which a process listens, from the tables of the kernel. */
function listeningAddresses(pids: readonly number[]): string[] {
  const inodes = new Set(
    pids.flatMap((pid) =>
      readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
        try {
          return (
            execFileSync('readlink', [`/proc/${pid}/fd/${fd}`], { encoding: 'utf8' }).match(/socket:\[(\d+)\]/)?.[1] ??
            []
          )
        } catch {
          return []
        }
      }),
    ),
  )
  const listenState = '0A'
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === listenState && inodes.has(inode ?? ''))
      .map(([, local = '']) => local.split(':')[0] ?? ''),
  )
}
/** 127.0.0.1 as the kernel prints it. */
const loopback = '0100007F'

const onLinux = test.skipIf(process.platform !== 'linux')

onLinux.each(['app [id]', 'all*', 'what?'])('a lab in a folder named "%s" listens on loopback alone', async (name) => {
  const dir = path.join(scratch.dir, name, 'lab')
  mkdirSync(path.dirname(dir))
  const lab = await scratch.json<LabStatus>('up', '--masters', '1', '--port', 'auto', '--dir', dir)
  const servers = lab.nodes.flatMap(({ pid }) => pid ?? [])
  const addresses = listeningAddresses(servers)
  // A data port and a bus port for each.
  expect(addresses).toEqual(Array.from({ length: 2 * servers.length }, () => loopback))
  expect(await ask(nodeOf(lab, 'm1').port, 'CONFIG', 'REWRITE')).toBe('OK')

  await scratch.json('down')
  const resumed = await scratch.json<LabStatus>('up')
  expect(resumed.state).toBe('running')
  await scratch.json('down', '--purge')
})

onLinux('an emptied redis.conf is written again by up, and the keys are there', async () => {
  const lab = await scratch.json<LabStatus>('up', ...small)
  await scratch.run('cli', '--', 'set', 'kept', 'yes')
  await scratch.json('down')
  const text = readFileSync(confOf(lab, 'm2'), 'utf8')
  truncateSync(confOf(lab, 'm2'))

  const { code, stderr } = await scratch.run('up')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr).toContain('the redis.conf of m2 was cut off and has been written again')
  expect(readFileSync(confOf(lab, 'm2'), 'utf8')).toBe(text)
  expect((await scratch.run('cli', '--', 'get', 'kept')).stdout).toBe('yes\n')
  await scratch.json('down', '--purge')
})

onLinux(
  'an edited redis.conf that listens elsewhere is refused with the reason, and the hint gets out of it',
  async () => {
    const lab = await scratch.json<LabStatus>('up', ...small)
    await scratch.run('cli', '--', 'set', 'kept', 'yes')
    await scratch.json('down')
    appendFileSync(confOf(lab, 'm2'), 'bind 0.0.0.0\n')

    const { code, stderr } = await scratch.run('up')
    expect(code).toBe(1)
    expect(stderr).toContain(`m2 (port ${nodeOf(lab, 'm2').port}) was not started: its redis.conf`)
    expect(stderr).toContain('bind is "0.0.0.0" instead of "127.0.0.1"')
    expect(scratch.processes()).toEqual([])

    const command = / (mv .*)$/m.exec(stderr)?.[1] ?? ''
    const pasted = command.replaceAll('redis-lab ', `${process.execPath} ${path.resolve('bin/redis-lab.js')} `)
    execFileSync('sh', ['-c', pasted], { env: scratch.env, cwd: scratch.dir, stdio: 'pipe' })
    expect((await scratch.run('cli', '--', 'get', 'kept')).stdout).toBe('yes\n')
    await scratch.json('down', '--purge')
  },
)

onLinux('a node whose redis.conf was emptied while it ran is not started again after a crash', async () => {
  const lab = await scratch.json<LabStatus>('up', ...small)
  writeFileSync(confOf(lab, 'm1'), '')
  await scratch.run('kill', 'm1', '--no-restart')
  const { code, stderr } = await scratch.run('start', 'm1')
  expect(code).toBe(1)
  expect(stderr).toContain('redis.conf is empty')
  const now = await scratch.json<LabStatus>('status')
  expect(now.nodes[0]).toMatchObject({ name: 'm1', state: 'crashed', pid: null })
  expect(new Set(listeningAddresses(pidsOf(now)))).toEqual(new Set([loopback]))
  await scratch.json('down', '--purge')
})
