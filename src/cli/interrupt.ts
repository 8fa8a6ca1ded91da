/** Ctrl-C: the first undoes what was begun, the second ends this process at once. */
import process from 'node:process'
import { LabError } from '../errors.js'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Runs `work` with a signal that the first Ctrl-C aborts. */
export async function interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController()
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(130)
    controller.abort(new LabError({ code: 'interrupted', message: 'interrupted: what was begun has been undone' }))
  }
  for (const signal of signals) process.on(signal, onSignal)
  try {
    return await work(controller.signal)
  } finally {
    for (const signal of signals) process.off(signal, onSignal)
  }
}
