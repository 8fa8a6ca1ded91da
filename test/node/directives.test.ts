/** The table of directives against the release of all tests; against every other one: test/matrix/directives.test.ts. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { expect, inject, test } from 'vitest'
import { isComplete } from '../../src/node/directives/history.js'
import { expectTableOf, takes } from '../support/directives.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch()
const build = inject('build')

test.skipIf(!isComplete(build))('what the server lists and takes is what the table says of its version', async () => {
  await expectTableOf(build, path.join(scratch.dir, 'table'))
})

test('a name that servers take and one that they do not take are told apart, whatever CONFIG GET has of them', async () => {
  const dir = path.join(scratch.dir, 'asked')
  mkdirSync(dir)
  expect(await takes(build, dir, 'lua-replicate-commands')).toBe(true)
  expect(await takes(build, dir, 'maxmemroy')).toBe(false)
})
