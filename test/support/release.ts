/** A release beside the one that all tests share, for tests that need two. */
import process from 'node:process'
import { LabError } from '../../src/errors.js'
import { placesFrom } from '../../src/paths.js'
import { installRelease, type Build } from '../../src/release/index.js'

export interface Had {
  /** What `--redis` is told. */
  readonly redis: string
  readonly build: Build
}

/** Asked when tests are collected: a test that needs it and cannot have it is skipped, and its name says why. */
export async function release(redis: string): Promise<Had | string> {
  try {
    const { cache: cacheDir } = placesFrom(process.env)
    return {
      redis,
      build: await installRelease({ redis, malloc: 'libc' }, { cacheDir, env: process.env, emit: () => {} }),
    }
  } catch (error) {
    return LabError.from(error).message
  }
}

export const isHad = (found: Had | string): found is Had => typeof found !== 'string'

/** Behind the name of a test: why it is skipped, or nothing. */
export const unlessHad = (...found: readonly (Had | string)[]): string => {
  const reason = found.find((one) => typeof one === 'string')
  return reason === undefined ? '' : ` (skipped: ${String(reason)})`
}

/** @throws Error where the test was to be skipped */
export function had(found: Had | string): Had {
  if (isHad(found)) return found
  throw new Error(found)
}
