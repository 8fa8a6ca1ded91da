/**
 * One line of a redis.conf as Redis reads it: words between spaces, of which each may end in a part in quotes. Pure.
 *
 * In double quotes \xHH is a byte, and \n \r \t \b \a what they are in C; in single quotes only \' has a meaning. Behind a
 * closing quote the word is over (sdssplitargs in Redis's sds.c).
 */

const nextWord =
  /[ \t\r\n]*(?=[^ \t\r\n])([^ \t\r\n"']*)(?:"((?:\\[^]|[^"\\])*)"|'((?:\\'|\\(?!')|[^'\\])*)')?(?=[ \t\r\n]|$)/y

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' }

/** Undefined where Redis refuses the line: a quote that is not closed, or a closing one with something right behind it. */
export function readWords(line: string): string[] | undefined {
  // Byte by byte, as Redis does: \xHH may be part of a character.
  const bytes = Buffer.from(line)
    .toString('latin1')
    .replace(/[ \t\r\n]+$/, '')
  const words: string[] = []
  const scan = new RegExp(nextWord)
  while (scan.lastIndex < bytes.length) {
    const found = scan.exec(bytes)
    if (!found) return undefined
    const [, bare = '', double = '', single = ''] = found
    const word = bare + double.replaceAll(/\\(?:x([0-9a-f]{2})|([^]))/gi, unescape) + single.replaceAll("\\'", "'")
    words.push(Buffer.from(word, 'latin1').toString())
  }
  return words
}

function unescape(_: string, hex: string | undefined, character = ''): string {
  return hex === undefined ? (escapes[character] ?? character) : String.fromCharCode(Number.parseInt(hex, 16))
}
