/** What in a build log says why it failed. With -j the reason stands far above the end. */
import { tailLines } from '../../util/text.js'

/** The kinds of complaint, the most telling first: a line of a later kind only repeats one of an earlier kind, where there is one. */
const complaints: readonly RegExp[] = [
  /(\berror:|\bfatal error\b|undefined reference|multiple definition|cannot find -l|ld: symbol|ld: library|Undefined symbols|not found$|No space left|Killed|Cannot allocate memory)/i,
  /(collect2: error|linker command failed|ld returned \d)/i,
  /^g?make(\[\d+\])?: \*\*\*/,
]
/** A source line that quotes such a word inside a compile command or a string is no complaint. */
const command = /^\s*(\S*\/)?(cc|gcc|g\+\+|c\+\+|clang|clang\+\+|ccache)(-\d+)?\s/

/** The first complaints in a log, or its end when nothing in it looks like one. */
export function failureLines(lines: readonly string[], count = 12): string[] {
  const said = lines.filter((line) => !command.test(line)).map((line) => line.trim())
  for (const [rank, complaint] of complaints.entries()) {
    const lesser = complaints.slice(rank + 1)
    const found = said.filter((line) => complaint.test(line) && !lesser.some((other) => other.test(line)))
    if (found.length > 0) return [...new Set(found)].slice(0, count)
  }
  return tailLines(lines.join('\n'), count)
}
