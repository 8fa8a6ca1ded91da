/** A word that was probably meant. Pure. */

/** `Did you mean ls?`; undefined where nothing is near enough. */
export function didYouMean(said: string, known: readonly string[]): string | undefined {
  const meant = nearestWord(said, known)
  return meant && `Did you mean ${meant}?`
}

/** The one of them that is nearest, or else begins with it; undefined where none is near enough. */
export function nearestWord(said: string, known: readonly string[]): string | undefined {
  const near = known
    .map((word) => ({ word, steps: distance(said, word) }))
    .filter(({ word, steps }) => steps <= Math.ceil(Math.max(word.length, said.length) / 3))
    .sort((a, b) => a.steps - b.steps)
  return near[0]?.word ?? known.find((word) => said.length > 2 && word.startsWith(said))
}

/** Letters to add, leave out or change. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1]
    for (const [j, other] of [...to].entries())
      next.push(Math.min((row[j] ?? 0) + (letter === other ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    row = next
  }
  return row.at(-1) ?? 0
}
