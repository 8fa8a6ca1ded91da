/** A command that is looked at while it goes on. */
import type { ChildProcess } from 'node:child_process'
import { outcomeOf, type Outcome } from './scratch.js'

export interface Watched {
  readonly pid: number
  /** Resolves when stdout or stderr has it; rejects with everything that was said when the command ends without. */
  says(pattern: RegExp): Promise<void>
  readonly ended: Promise<Outcome>
  kill(signal: NodeJS.Signals): void
}

export function watch(child: ChildProcess): Watched {
  const { pid } = child
  if (pid === undefined) throw new Error('the command could not be started')
  const said = { stdout: '', stderr: '' }
  const listeners = new Set<() => void>()
  const ended = outcomeOf(child)
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.on('data', (chunk) => {
      said[stream] += String(chunk)
      for (const listener of listeners) listener()
    })
  }
  return {
    pid,
    ended,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!pattern.test(said.stdout) && !pattern.test(said.stderr)) return
          listeners.delete(look)
          resolve()
        }
        listeners.add(look)
        look()
        const never = () => reject(new Error(`it ended without saying ${pattern}:\n${said.stdout}\n${said.stderr}`))
        ended.then(never, reject)
      }),
    kill: (signal) => void child.kill(signal),
  }
}
