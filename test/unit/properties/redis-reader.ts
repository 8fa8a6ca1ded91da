/**
 * A model of how Redis reads a redis.conf, written from the description of its reader and not from ours: a character at a time,
 * over bytes. loadServerConfigFromString cuts at line feeds, trims, and passes over blanks and comments; sdssplitargs makes
 * words of the rest.
 */

const [quote, apostrophe, backslash] = [0x22, 0x27, 0x5c]
const isSpace = (byte: number | undefined): boolean => byte === 0x20 || (byte !== undefined && byte >= 9 && byte <= 13)
const isHex = (byte: number | undefined): boolean => byte !== undefined && /[0-9a-f]/i.test(String.fromCharCode(byte))
const escapes = new Map([...'nrtba'].map((letter, index) => [letter.charCodeAt(0), [10, 13, 9, 8, 7][index] ?? 0]))

/** The words of each line that says something; undefined for a line that Redis refuses. */
export function readAsRedis(conf: string): (string[] | undefined)[] {
  return conf
    .split('\n')
    .map((line) => line.replace(/^[ \t\r]+|[ \t\r]+$/g, ''))
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => splitWords(Buffer.from(line)))
}

export function splitWords(bytes: Buffer): string[] | undefined {
  const words: string[] = []
  let at = 0
  for (;;) {
    while (isSpace(bytes[at])) at++
    // To C, a zero byte is the end.
    if (!bytes[at]) return words
    const word: number[] = []
    let mode: 'bare' | 'double' | 'single' = 'bare'
    for (; ; at++) {
      const byte = bytes[at]
      if (byte === undefined) {
        if (mode !== 'bare') return undefined
        break
      }
      const [one, two, three] = [bytes[at + 1], bytes[at + 2], bytes[at + 3]]
      if (mode === 'double' && byte === backslash && one === 0x78 && isHex(two) && isHex(three)) {
        word.push(Number.parseInt(String.fromCharCode(two ?? 0, three ?? 0), 16))
        at += 3
      } else if (mode === 'double' && byte === backslash && one !== undefined) {
        word.push(escapes.get(one) ?? one)
        at++
      } else if (mode === 'single' && byte === backslash && one === apostrophe) {
        word.push(apostrophe)
        at++
      } else if (byte === (mode === 'double' ? quote : mode === 'single' ? apostrophe : -1)) {
        if (one !== undefined && !isSpace(one)) return undefined
        at++
        break
      } else if (mode === 'bare' && (byte === quote || byte === apostrophe)) {
        mode = byte === quote ? 'double' : 'single'
      } else if (mode === 'bare' && [0x20, 9, 10, 13, 0].includes(byte)) {
        break
      } else {
        word.push(byte)
      }
    }
    words.push(Buffer.from(word).toString())
  }
}
