/** The only door to stdout and stderr: results go to the one, everything else to the other. */
import process from 'node:process'

export const printResult = (text: string): void => void process.stdout.write(`${text}\n`)
export const printNote = (text: string): void => void process.stderr.write(`${text}\n`)
/** What is answered stands behind it, in the same line. */
export const printPrompt = (text: string): void => void process.stderr.write(text)
export const printJson = (value: unknown): void => printResult(JSON.stringify(value, null, 2))
export const isTerminal = (): boolean => process.stderr.isTTY
