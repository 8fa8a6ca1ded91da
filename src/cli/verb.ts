/** redis-lab start, stop, restart, kill, pause, resume: one node or several, each returning when it is a fact. */
import { LabError } from '../errors.js'
import { controlOf, resolveNode } from '../lab/index.js'
import type { NodeVerb } from '../supervisor/index.js'
import { nodesText, printJson, printResult } from '../view/index.js'
import type { Invocation, Run } from './command.js'
import { resolveOptions } from './options.js'
import { killShape, verbShape } from './shapes.js'
import { attendedLab } from './attended.js'

export const verbSummaries: Readonly<Record<NodeVerb, string>> = {
  start: 'start nodes that were stopped or have crashed; returns when they answer',
  stop: 'stop nodes in order; they stay down until they are started',
  restart: 'stop nodes in order and start them again; returns when they answer',
  kill: 'kill nodes with SIGKILL, as a crash would; the supervisor starts them again',
  pause: 'pause nodes with SIGSTOP: they keep their ports and connections, and do nothing',
  resume: 'let paused nodes run on; returns when they answer',
}

export const runVerb =
  (verb: NodeVerb): Run =>
  async (invocation: Invocation) => {
    const { name, timeout, json, restart } = optionsOf(verb, invocation)
    const { record, run } = await attendedLab(name, invocation, json)
    const nodes = [...new Set(invocation.args.map((said) => resolveNode(record, said)))]
    // All of them have had their turn before the first failure is told.
    const outcomes = await Promise.allSettled(
      nodes.map((node) => controlOf(run.socket).verb(node.name, verb, { timeoutMs: timeout, restart })),
    )
    const done = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    const failures = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [LabError.from(outcome.reason)] : [],
    )
    const [first, ...others] = failures
    if (first) {
      if (!json && done.length > 0) printResult(nodesText(done))
      const details = [...first.details, ...others.map(({ message }) => message)]
      throw new LabError({ ...first.toJSON(), details }, { cause: first })
    }
    if (json) printJson({ name, nodes: done })
    else printResult(nodesText(done))
    return 0
  }

function optionsOf(verb: NodeVerb, invocation: Invocation) {
  if (verb === 'kill') return resolveOptions(killShape, invocation)
  return { ...resolveOptions(verbShape, invocation), restart: true }
}
