/** A reset proves the level full, whatever level its lab was started with. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { parseJournalLine } from '../../src/supervisor/index.js'
import { small } from '../support/lab.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch()

/** What was proven in the life of the lab, a level each time. */
const proven = ({ dir }: LabStatus): string[] =>
  readFileSync(path.join(dir, 'supervisor.log'), 'utf8')
    .split('\n')
    .flatMap((line) => parseJournalLine(line) ?? [])
    .flatMap((event) => (event.type === 'ready-progress' && event.missing.length === 0 ? event.level : []))

test('also in a lab that was started with --wait alive', async () => {
  const lab = await scratch.json<LabStatus>('up', '--port', 'auto', '--wait', 'alive')
  expect(new Set(proven(lab))).toEqual(new Set(['alive']))
  await scratch.json('kill', 'm1', '--no-restart')
  await scratch.json('reset')
  expect(proven(lab).at(-1)).toBe('full')
  await scratch.run('down', '--purge')
})

test('only where the configuration of the lab rules it out, the level of the lab is enough', async () => {
  // Every write is refused, but one that deletes.
  const lab = await scratch.json<LabStatus>('up', ...small, '--set', 'maxmemory 100kb', '--wait', 'ok')
  await scratch.json('kill', 'm1', '--no-restart')
  await scratch.json('reset')
  expect(proven(lab).at(-1)).toBe('ok')
  await scratch.run('down', '--purge')
})
