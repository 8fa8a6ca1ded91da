/** A lab with a key in it, whose files are damaged and put right again. */
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { idsOf, small } from './lab.js'
import type { Scratch } from './scratch.js'

export async function upWithData(scratch: Scratch): Promise<LabStatus> {
  const lab = await scratch.json<LabStatus>('up', ...small)
  await scratch.run('cli', '--', 'set', 'kept', 'yes')
  return lab
}

/** Cuts a file off in the middle. @returns what puts it right again */
export function cut(file: string): () => void {
  const text = readFileSync(file)
  truncateSync(file, Math.floor(text.length / 2))
  return () => writeFileSync(file, text)
}

/** The lab is had back, and is gone afterwards. */
export async function expectSameLab(scratch: Scratch, before: LabStatus): Promise<void> {
  const after = await scratch.json<LabStatus>('up')
  expect(idsOf(after)).toEqual(idsOf(before))
  expect((await scratch.run('cli', '--', 'get', 'kept')).stdout).toBe('yes\n')
  await scratch.json('down', '--purge')
}
