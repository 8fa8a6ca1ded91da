/** `startLab()` as a test file calls it: in a Node process that has done nothing else before. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { packageRoot } from '../../src/paths.js'
import type { Place } from './place.js'

interface Told {
  readonly importMs: number
  readonly startMs: number
  readonly stopMs: number
  readonly ports: readonly number[]
  readonly socket: string
  readonly dir: string
}

/** Times as the process itself measured them. */
export async function startLabAlone(place: Place, signal: AbortSignal): Promise<Told> {
  const program = path.join(packageRoot(), 'bench', 'child', 'start-lab.js')
  const { stdout } = await place.node([program], { signal })
  const told = JSON.parse(stdout) as Told
  place.expectGone(told.socket)
  await place.expectFree(told.ports)
  if (existsSync(told.dir)) throw new Error(`startLab() has left ${told.dir}`)
  return told
}
