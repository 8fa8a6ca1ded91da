/** A lab with a supervisor, for commands that ask one for something; where it died, another one adopts the lab and that is said. */
import type { Emit } from '../events.js'
import { supervisedLab } from '../lab/index.js'
import { eventLine, printNote } from '../view/index.js'
import type { Invocation } from './command.js'

/** @throws LabError `lab-not-found`, `bad-input`, `lab-damaged` */
export function attendedLab(name: string, { env }: Invocation, quiet: boolean): ReturnType<typeof supervisedLab> {
  return supervisedLab(name, { env, emit: progressOf(quiet) })
}

/** Tells a person that a lab is adopted before the command does its own work. */
export const progressOf =
  (quiet: boolean): Emit =>
  (event) => {
    const line = event.type === 'lab-starting' || event.type === 'node-adopted' ? eventLine(event) : undefined
    if (line !== undefined && !quiet) printNote(line)
  }
