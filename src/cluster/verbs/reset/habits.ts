/** What servers of different versions do in their own ways, as far as a reset has to know. Out of what INFO says of each. Pure. */
import { compareVersions } from '../../../release/index.js'

export interface Habits {
  /** Before 7.0 a replica gets the scripts of its master. */
  readonly sharesScripts: boolean
  /**
   * From 7.2 on a node that was told to forget another tells everybody else to do so, for a minute: an id that one has forgotten
   * cannot be had back before, whoever meets it.
   */
  readonly spreadsForgetting: boolean
  /** From Valkey 8.0 on a master answers to SETSLOT only when its replicas have done it too: thousands in a row take long. */
  readonly setsSlotsWithReplicas: boolean
}

export function habitsIn(info: string): Habits {
  const isFrom = (field: string, first: string) => {
    const [, version] = new RegExp(`^${field}:(\\d+\\.\\d+\\.\\d+)`, 'm').exec(info) ?? []
    return version !== undefined && compareVersions(version, first) >= 0
  }
  return {
    // Valkey says of itself which version of Redis it grew out of.
    sharesScripts: !isFrom('redis_version', '7.0.0'),
    spreadsForgetting: isFrom('redis_version', '7.2.0'),
    setsSlotsWithReplicas: isFrom('valkey_version', '8.0.0'),
  }
}
