/** The source package of another suite, from the mirror that this machine has configured. Fetched and unpacked, not made. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { expect, test } from 'vitest'
import { LabError } from '../../src/errors.js'
import { unpack } from '../../src/release/archive/unpack.js'
import { readSourceVersion } from '../../src/release/programs.js'
import { aptSource } from '../../src/release/sources/apt.js'
import { tempDir } from './support.js'

const suite = 'trixie'
/** What says of this machine, and not of redis-lab, that the suite cannot be had from here. */
const elsewhere = /no apt-get|no package sources|not on the mirror|cannot be fetched/

test(`the sources of Redis in ${suite} are had from the mirror of this machine, where it carries that suite`, async (context) => {
  const dir = tempDir()
  const fetching = aptSource({ name: 'redis', suite, dir: path.join(dir, 'apt'), aptDir: '/etc/apt', env: process.env })
  const archive = await fetching.catch((error: unknown) => {
    const { code, message } = LabError.from(error)
    if (code !== 'release-unreachable' || !elsewhere.test(message)) throw error
    return context.skip(message)
  })
  const source = path.join(dir, 'source')
  await unpack({ archive, into: source, name: archive })
  expect(readSourceVersion(readFileSync(path.join(source, 'src', 'version.h'), 'utf8'))).toMatchObject({
    engine: 'redis',
    version: expect.stringMatching(/^8\.0\.\d+$/) as string,
  })
  expect(existsSync(path.join(source, 'deps', 'hiredis'))).toBe(true)
})
