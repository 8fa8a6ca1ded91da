/** A `--module`: the file of a module that every server loads, and the words it is loaded with. Pure. */
import { readWords } from './words.js'

export interface ModuleSpec {
  readonly file: string
  readonly args: string[]
}

/**
 * Parses `./x.so`, `./x.so:one "and two"` and, where the path itself has a colon, `"./a:b.so":one`. The words behind the colon
 * are read as Redis reads a line of redis.conf. Returns a sentence about what is wrong instead of a module where it is wrong.
 */
export function parseModule(text: string): ModuleSpec | string {
  if (hasControls(text)) return 'must be a single line without control characters'
  const [, quoted, bare, rest = ''] = /^(?:"([^"]+)"|([^:"][^:]*))(?::(.*))?$/u.exec(text) ?? []
  const file = quoted ?? bare
  if (file === undefined)
    return 'takes a file and, behind a colon, its arguments; a file with a colon stands in "quotes"'
  const args = readWords(rest)
  return args ? { file, args } : 'has a quote that is not closed, or something right behind a closing one'
}

/** The inverse of parseModule: the text that stands for this module. */
export function spellModule({ file, args }: ModuleSpec): string {
  const named = /^[^:"][^:]*$/.test(file) ? file : `"${file}"`
  return args.length === 0 ? named : `${named}:${args.map(spellWord).join(' ')}`
}

const spellWord = (word: string): string =>
  /^[^\s"'\\]+$/.test(word) ? word : `"${word.replaceAll(/["\\]/g, (character) => `\\${character}`)}"`

/** What would break out of a line, or of the words about it. */
export const hasControls = (text: string): boolean => /[\p{Cc}\u2028\u2029]/u.test(text)
