/** What servers of different versions do in their own ways, as far as verbs have to know. Out of what INFO says of each. Pure. */
import { compareVersions } from '../../release/index.js'

export interface Habits {
  /** Before 6.2 a pause holds back every command, not writes alone, also the one of a master that is to give up its place. */
  readonly pausesEverything: boolean
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
    pausesEverything: !isFrom('redis_version', '6.2.0'),
    // Valkey says of itself which version of Redis it grew out of.
    sharesScripts: !isFrom('redis_version', '7.0.0'),
    spreadsForgetting: isFrom('redis_version', '7.2.0'),
    setsSlotsWithReplicas: isFrom('valkey_version', '8.0.0'),
  }
}
