/** What in a build log says why it failed. With -j the reason stands far above the end. */
import { tailLines } from '../../util/text.js'

/** A message of a compiler, an assembler or a linker; "make: *** … Error 1" only repeats that there was one. */
const complaint =
  /(\berror:|\bfatal error\b|undefined reference|cannot find -l|ld: symbol|ld: library|collect2:|not found$|No space left|Killed|Cannot allocate memory)/i
/** A source line that quotes such a word inside a compile command or a string is no complaint. */
const command = /^\s*(cc|gcc|g\+\+|c\+\+|clang|clang\+\+|ccache)\s/

/** The first complaints in a log, or its end when nothing in it looks like one. */
export function failureLines(lines: readonly string[], count = 12): string[] {
  const found = lines.filter((line) => complaint.test(line) && !command.test(line)).map((line) => line.trim())
  const unique = [...new Set(found)]
  return unique.length > 0 ? unique.slice(0, count) : tailLines(lines.join('\n'), count)
}
