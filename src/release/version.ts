/** Version numbers of three parts, as Redis and Valkey have them. */

const exact = /^\d+\.\d+\.\d+$/

export const isVersion = (text: string): boolean => exact.test(text)

const parts = (version: string): number[] => version.split('.').map(Number)

/** Negative when `a` is older. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parts(a), parts(b)]
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** The line that a version is a patch of: 8.0. */
export const lineOf = (version: string): string => version.split('.').slice(0, 2).join('.')

/** `latest`, a line (`8.0`) or a major version (`8`): what stands for the newest known version of its kind. */
export const isAlias = (text: string): boolean => /^(latest|\d+(\.\d+)?)$/.test(text)

/** The newest of `known` that an alias stands for. */
export function newestOf(alias: string, known: readonly string[]): string | undefined {
  const candidates = alias === 'latest' ? [...known] : known.filter((version) => version.startsWith(`${alias}.`))
  return candidates.sort(compareVersions).at(-1)
}

/**
 * Known versions to offer instead of `wanted`: the newest of its line; for a whole version its neighbours as well; the newest
 * of all when it is like none.
 */
export function nearestVersions(wanted: string, known: readonly string[]): string[] {
  const sorted = [...known].sort(compareVersions)
  const candidates = [newestOf(lineOf(wanted), sorted)]
  if (isVersion(wanted)) {
    candidates.push(sorted.filter((version) => compareVersions(version, wanted) < 0).at(-1))
    candidates.push(sorted.find((version) => compareVersions(version, wanted) > 0))
  }
  const nearest = [...new Set(candidates.filter((version) => version !== undefined))]
  return nearest.length > 0 ? nearest : sorted.slice(-1)
}
