/** `--password -`: the password as a line of standard input, where no process list, history or environment has it. */
import process from 'node:process'
import { LabError } from '../errors.js'
import { badInput } from '../spec/index.js'
import { printPrompt } from '../view/index.js'

/** Only its flag means that: in a file or the environment "-" is a password of one letter. */
export const fromStdin = '-'

/** At a terminal it is asked for, and not shown. @throws LabError `bad-input` when there is no line; `interrupted` by Ctrl-C */
export async function readPassword(input: NodeJS.ReadStream = process.stdin): Promise<string> {
  const terminal = input.isTTY
  if (terminal) {
    printPrompt('Password: ')
    input.setRawMode(true)
  }
  try {
    const line = await readLine(input, terminal)
    if (line !== '') return line
    throw badInput(['--password - reads a line of standard input, and there was none'])
  } finally {
    if (terminal) {
      input.setRawMode(false)
      printPrompt('\n')
    }
    // Nothing keeps the command alive for more of it. A file, which needs no such thing, cannot be told.
    input.pause()
    ;(input as Partial<Pick<NodeJS.ReadStream, 'unref'>>).unref?.()
  }
}

/** Whatever follows the line is nobody's. */
function readLine(input: NodeJS.ReadStream, typed: boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    let line = ''
    const finish = (settle: () => void) => {
      input.off('data', onData)
      settle()
    }
    const onData = (chunk: string) => {
      for (const letter of chunk) {
        if (letter === '\n' || (typed && (letter === '\r' || letter === endOfInput)))
          return finish(() => resolve(typed ? line : line.replace(/\r$/, '')))
        if (typed && letter === interrupt) return finish(() => reject(interrupted()))
        line = typed && (letter === backspace || letter === '\b') ? [...line].slice(0, -1).join('') : line + letter
      }
    }
    input.setEncoding('utf8')
    input.on('data', onData)
    input.once('end', () => finish(() => resolve(line.replace(/\r$/, ''))))
    input.once('error', (error) => finish(() => reject(error)))
  })
}

/** Keys of a terminal that nobody else acts on while it is raw. */
const [interrupt, endOfInput, backspace] = ['\x03', '\x04', '\x7f']

const interrupted = () => new LabError({ code: 'interrupted', message: 'interrupted' })
