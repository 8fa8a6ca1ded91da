/** JSON with places: which line and column an error, or a value, is at. The only door to the parser. */
import { findNodeAtLocation, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser'
import { badInput } from '../spec/index.js'
import { escapeControls, quoted } from '../util/text.js'

export interface Json {
  readonly value: unknown
  /** `:3:14`; of a key where the way has one step, of the value otherwise. */
  readonly placeOf: (way: readonly PropertyKey[]) => string
}

/** @throws LabError `bad-input` with file, line and column */
export function parseJson(file: string, given: string): Json {
  const text = given.replace(/^\uFEFF/, '')
  const place = (offset: number): string => {
    const before = text.slice(0, offset).split('\n')
    return `:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`
  }
  const problem = (offset: number, what: string) => `${escapeControls(file)}${place(offset)}: ${what}`

  const errors: ParseError[] = []
  const root = parseTree(text, errors, { disallowComments: true })
  const [error] = errors
  if (error || !root) throw notJson(problem(error?.offset ?? 0, `this is not JSON: ${inWords(error)}`))
  const twice = keysSaidTwice(root).map((key) => problem(key.offset, `${quoted(String(key.value))} is said twice`))
  if (twice.length > 0) throw notJson(...twice)
  return { value: parse(text, (reason) => notJson(problem(0, reason))), placeOf: (way) => place(offsetOf(root, way)) }
}

/** What the tree lets pass and the language does not. */
function parse(text: string, refuse: (reason: string) => Error): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // What it quotes of the file may be a password.
    throw refuse(`this is not JSON: ${(error as Error).message.replace(/, ".*" is not valid JSON$/s, '')}`)
  }
}

const notJson = (...problems: string[]) =>
  badInput(problems, 'Correct the file, or leave it out: --no-config, in the library config: false.')

/** `CommaExpected` is "comma expected". */
const inWords = (error: ParseError | undefined): string =>
  error
    ? printParseErrorCode(error.error)
        .replaceAll(/(?!^)[A-Z]/g, (letter) => ` ${letter}`)
        .toLowerCase()
    : 'it is empty'

function keysSaidTwice(root: Node): Node[] {
  const keys = (root.type === 'object' ? (root.children ?? []) : []).flatMap(({ children }) => children?.[0] ?? [])
  return keys.filter((key, index) => keys.findIndex(({ value }) => value === key.value) < index)
}

function offsetOf(root: Node, way: readonly PropertyKey[]): number {
  const steps = way.filter((step) => typeof step !== 'symbol')
  const node = findNodeAtLocation(root, steps)
  if (!node) return steps.length > 0 ? offsetOf(root, steps.slice(0, -1)) : root.offset
  return steps.length === 1 ? (node.parent?.offset ?? node.offset) : node.offset
}
