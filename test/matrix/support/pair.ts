/** Tests that need certain releases of the matrix, and say by their name why they are skipped where one could not be had. */
import type { Build } from '../../../src/release/index.js'
import { find, type Release } from './releases.js'

type Found = Release | string

/** The newest of an engine, or of one of its lines; why there is none. */
export const release = (engine: Build['engine'], line?: string): Found =>
  find(engine, line) ?? `no ${engine}${line === undefined ? '' : ` ${line}`} could be had`

export const isHad = (found: Found): found is Release => typeof found !== 'string'

/** Behind the name of a test: why it is skipped, or nothing. */
export const unlessHad = (...found: readonly Found[]): string => {
  const reason = found.find((one) => typeof one === 'string')
  return reason === undefined ? '' : ` (skipped: ${String(reason)})`
}

/** @throws Error where the test was to be skipped */
export function had(found: Found): Release {
  if (isHad(found)) return found
  throw new Error(found)
}
