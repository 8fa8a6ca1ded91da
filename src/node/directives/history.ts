/** What the table says about one name, or one build. Pure. */
import { compareVersions, lineOf, type Build } from '../../release/index.js'
import { histories, knownAfter } from './table.js'

export type Version = Pick<Build, 'engine' | 'version'>

/** Every directive that this build takes, as far as the table goes. */
export function directivesOf({ engine, version }: Version): string[] {
  const { changes } = histories[engine]
  return knownAfter(changes.filter((change) => compareVersions(change.version, version) <= 0))
}

/** Nothing is missing in the table of what this build takes. */
export function isComplete({ engine, version }: Version): boolean {
  const { completeTo, alsoComplete } = histories[engine]
  if (compareVersions(version, completeTo) <= 0) return true
  return alsoComplete.some((looked) => lineOf(looked) === lineOf(version) && compareVersions(version, looked) <= 0)
}

export interface Life {
  /** It is not there in this version, and comes with that one. */
  readonly came: string | undefined
  /** It was there, and went with that one. */
  readonly went: string | undefined
}

/** Of a name that this version does not have. @param version undefined: before any */
export function lifeOf(name: string, engine: Build['engine'], version?: string): Life {
  const { changes } = histories[engine]
  const isLater = (change: { version: string }) => version === undefined || compareVersions(change.version, version) > 0
  return {
    came: changes.find((change) => isLater(change) && change.came?.includes(name))?.version,
    went: changes.findLast((change) => !isLater(change) && change.went?.includes(name))?.version,
  }
}

/** Every name that any version knows. */
export function allDirectives(): string[] {
  const all = Object.values(histories).flatMap(({ changes }) => changes.flatMap(({ came = [] }) => came))
  return [...new Set(all)]
}
