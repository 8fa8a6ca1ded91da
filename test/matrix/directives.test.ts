/** Which directives a version has: the table, against every release that can be had. */
import path from 'node:path'
import { describe, test } from 'vitest'
import { isComplete } from '../../src/node/directives/history.js'
import { expectTableOf } from '../support/directives.js'
import { useScratch } from '../support/scratch.js'
import { releases } from './support/releases.js'

const scratch = useScratch()

describe.each(releases)('$name', ({ build }) => {
  // Of a version that came later the table says nothing that could be wrong.
  test.skipIf(!isComplete(build))('lists and takes the directives that the table says it has', async () => {
    await expectTableOf(build, path.join(scratch.dir, 'table'))
  })
})
