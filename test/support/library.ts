/** The library reads the environment of its own process: for as long as tests run, that is the scratch's. */
import process from 'node:process'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import type { Scratch } from './scratch.js'

const names = ['REDIS_LAB_STATE', 'REDIS_LAB_CACHE', 'REDIS_LAB_REDIS', 'REDIS_LAB_NAME', 'TMPDIR']

/** Call it after useScratch(), with the same life. */
export function useLibraryEnvironment(scratch: Scratch, per: 'test' | 'file' = 'test'): void {
  const [before, after] = per === 'test' ? [beforeEach, afterEach] : [beforeAll, afterAll]
  let own: Record<string, string | undefined> = {}
  before(() => {
    own = Object.fromEntries(names.map((name) => [name, process.env[name]]))
    put(scratch.env)
  })
  after(() => put(own))
}

function put(values: Readonly<Record<string, string | undefined>>): void {
  for (const name of names) {
    const value = values[name]
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
}
