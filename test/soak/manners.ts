/** How redis-lab ends, whatever is done to it: with one of its exit codes, in sentences, and never with a defect. */
import { lastLines, type Ended } from './command.js'
import { Violation } from './violation.js'

const codes = [0, 1, 2, 130]
const defect = /This is a defect of redis-lab/
/** A frame of a stack trace. */
const stack = /^\s+at .*:\d+:\d+\)?$/m
const sentence = /^redis-lab: \S.*$/m

/** @param hurried it got a second Ctrl-C: then it ends at once, and there is no time for words */
export function expectManners(ended: Ended, { hurried = false } = {}): void {
  const { words, code, stderr } = ended
  const fail = (what: string): never => {
    throw new Violation('failure', `${words} ${what}`, lastLines(ended))
  }
  if (defect.test(stderr)) fail('met a defect')
  if (stack.test(stderr)) fail('printed a stack')
  // A signal that nobody handled has ended it: then there is nothing to say.
  if (code === null) return
  if (!codes.includes(code)) fail(`ended with ${code}, which is none of its exit codes`)
  if (code === 130 && hurried) return
  if (code !== 0 && !sentence.test(stderr)) fail(`ended with ${code} and without a sentence`)
}
