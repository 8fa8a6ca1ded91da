/** The table of directives against a server as it is: what a started one lists, and what one takes from a redis.conf. */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import pLimit from 'p-limit'
import { expect } from 'vitest'
import { allDirectives, directivesOf } from '../../src/node/directives/history.js'
import { findFreePorts, RedisNode, writeNodeFolder } from '../../src/node/index.js'
import { compareVersions, type Build } from '../../src/release/index.js'
import { parseDirective } from '../../src/spec/index.js'

/** Commands know it before files do. */
const notInFiles = ({ version }: Build) => (compareVersions(version, '7.0.0') < 0 ? ['watchdog-period'] : [])
/** Taken where the server was built with TLS. */
const ofTls = (name: string) => name.startsWith('tls-') || name === 'cluster-announce-tls-port'

/** @param dir a folder that is not there yet */
export async function expectTableOf(build: Build, dir: string): Promise<void> {
  const known = new Set(directivesOf(build))

  const listed = await configNames(build, dir)
  expect(listed).toContain('maxmemory')
  const hasTls = listed.includes('tls-port')
  expect(listed.filter((name) => !known.has(name))).toEqual(notInFiles(build))

  // Directives of the lab's own are not tried: some would have the server go its own ways.
  const tried = allDirectives().filter(
    (name) => !listed.includes(name) && typeof parseDirective(`${name} 1`) === 'object' && (hasTls || !ofTls(name)),
  )
  const limit = pLimit(os.availableParallelism())
  const taken = await Promise.all(
    tried.map((name) => limit(async () => ((await takes(build, dir, name)) ? [name] : []))),
  )
  expect(taken.flat().sort()).toEqual(tried.filter((name) => known.has(name)).sort())
}

/** CONFIG GET * of a server that runs. */
async function configNames(build: Build, dir: string): Promise<string[]> {
  const [port = 0] = await findFreePorts(1)
  writeNodeFolder({ lab: 'table', name: 'm1', port, dir, build, set: [] }, { rewrite: false })
  const node = new RedisNode({ lab: 'table', name: 'm1', port, dir, build, emit: () => {}, onCrash: () => {} })
  node.start()
  try {
    await node.listening({ deadline: Date.now() + 60_000 })
    const reply = await (await node.client()).call('CONFIG', 'GET', '*')
    return (Array.isArray(reply) ? reply : []).filter((_, index) => index % 2 === 0).map(String)
  } finally {
    await node.stop()
  }
}

/** Values of which each directive takes one, or refuses it for another reason than its name. */
const values = ['1', 'a b', 'a b c d']
const refusals = /Bad directive|Module Configuration detected without loadmodule/

/** Whether a server takes a line with this name. Without a port it goes as soon as it has read it. */
export async function takes(build: Build, dir: string, name: string): Promise<boolean> {
  for (const [index, value] of values.entries()) {
    const conf = path.join(dir, `${name}-${index}.conf`)
    writeFileSync(conf, `port 0\n${name} ${value}\n`)
    const said = await new Promise<string>((resolve) => {
      execFile(build.server, [conf], { cwd: dir, timeout: 30_000 }, (_, stdout, stderr) => resolve(stdout + stderr))
    })
    expect(said, `${name} ${value}`).not.toBe('')
    if (!refusals.test(said)) return true
  }
  return false
}
