/** Before all tests: one built release, the one that `redis-lab up` would use, unless REDIS_LAB_REDIS says otherwise. */
import type { TestProject } from 'vitest/node'
import { placesFrom } from '../../src/paths.js'
import { installRelease, type Build } from '../../src/release/index.js'
import { eventLine } from '../../src/view/index.js'

declare module 'vitest' {
  interface ProvidedContext {
    build: Build
    cacheDir: string
  }
}

export default async function setup(project: TestProject): Promise<void> {
  const { cache } = placesFrom(process.env)
  const build = await installRelease(
    { redis: process.env['REDIS_LAB_REDIS'] || undefined, malloc: 'libc' },
    {
      cacheDir: cache,
      env: process.env,
      emit: (event) => {
        const line = eventLine(event)
        if (line !== undefined) process.stderr.write(`${line}\n`)
      },
    },
  )
  project.provide('build', build)
  project.provide('cacheDir', cache)
}
