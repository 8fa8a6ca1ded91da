/** The door to resetting, which is loaded when somebody asks for it: starting a lab needs none of it. */
import type { Member } from '../member.js'
import type { Reset, ResetOptions } from './reset/index.js'

/** @throws LabError `reset-failed` at the deadline, with what is still otherwise · the reason of `signal` */
export async function resetCluster(members: readonly Member[], options: ResetOptions): Promise<Reset> {
  const { resetCluster: run } = await import('./reset/index.js')
  return run(members, options)
}
