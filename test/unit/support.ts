/** Folders for tests of the pure parts, gone when the test is. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import type { Places } from '../../src/paths.js'
import { ownPlace, placeText } from '../../src/util/process-place.js'

/** Call it once per file: a new folder for each test, and paths in it. */
export function useTempDir(): (...names: string[]) => string {
  let dir = ''
  beforeEach(() => {
    dir = mkdtempSync(path.join(os.tmpdir(), 'rl-unit-'))
  })
  afterEach(() => rmSync(dir, { recursive: true }))
  return (...names) => path.join(dir, ...names)
}

export const placesIn = (dir: string): Places => ({
  cache: path.join(dir, 'cache'),
  state: path.join(dir, 'state'),
  runtime: path.join(dir, 'runtime'),
})

/** What `work` throws; the test fails when it does not. */
export async function thrownBy(work: () => unknown): Promise<unknown> {
  try {
    await work()
  } catch (thrown) {
    return thrown
  }
  throw new Error('nothing was thrown')
}

/** The place of a process that is of this boot, and cannot be seen from here. */
export function inAnotherNamespace(): string {
  const place = ownPlace()
  if (!place) throw new Error('this process does not know its place')
  return placeText({ ...place, namespace: '1' })
}
