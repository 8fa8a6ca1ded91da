/** What several rounds come to. Pure. */

export interface Summary {
  readonly median: number
  readonly least: number
  readonly most: number
  readonly count: number
}

/** Undefined for no values at all. */
export function summarise(values: readonly number[]): Summary | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  const [least] = sorted
  const most = sorted.at(-1)
  if (least === undefined || most === undefined) return undefined
  return { median: medianOfSorted(sorted), least, most, count: sorted.length }
}

export const median = (values: readonly number[]): number => medianOfSorted(values.toSorted((a, b) => a - b))

function medianOfSorted(sorted: readonly number[]): number {
  const middle = sorted.length / 2
  const pair = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1)
  return pair.reduce((sum, value) => sum + value, 0) / pair.length
}
