/** The one function that prints an error. */
import type { LabError } from '../errors.js'
import { printJson, printNote } from './output.js'

export interface ErrorStyle {
  readonly json: boolean
  /** Adds the stack and those of its causes. */
  readonly verbose: boolean
}

export function printError(error: LabError, { json, verbose }: ErrorStyle): void {
  // With --json stdout carries exactly one document, an error too.
  if (json) printJson({ error: error.toJSON() })
  printNote(`redis-lab: ${error.message}`)
  for (const line of error.details) printNote(`  ${line}`)
  if (error.hint) printNote(error.hint)
  if (!verbose) return
  for (let at: unknown = error; at instanceof Error; at = at.cause) printNote(at.stack ?? at.message)
}
