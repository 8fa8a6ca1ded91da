/** redis-lab up */
import { LabError } from '../errors.js'
import type { LabEvent } from '../events.js'
import { openLab, type Opened } from '../lab/index.js'
import { eventLine, printJson, printNote, printResult, readyText, releases, showProgress } from '../view/index.js'
import type { Invocation } from './command.js'
import { interruptible } from './interrupt.js'
import { fromStdin, readPassword } from './password.js'

export async function run({ said, env, file }: Invocation): Promise<number> {
  const { json = false, foreground = false, acceptDataLoss = false, verbose: _, ...given } = said
  const options = given['password'] === fromStdin ? { ...given, password: await readPassword() } : given
  const leased = foreground === true
  return interruptible(async (signal) => {
    const progress = showProgress({ json: json === true, goal: 'lab' })
    let attached = false
    const emit = (event: LabEvent) => (attached ? follow(event) : progress.emit(event))
    let opened: Opened
    try {
      opened = await openLab(options, { env, file, emit, signal, leased, acceptDataLoss: acceptDataLoss === true })
      await progress.finish('done')
    } catch (error) {
      await progress.finish('failed')
      throw error
    }
    report(opened, json === true)
    if (opened.kind === 'found') {
      if (leased) printNote('\nnot attached: somebody else started it, and it stays as it is')
      return 0
    }
    if (!leased) {
      opened.line.hangUp()
      return 0
    }
    attached = true
    return attend(opened.line, signal)
  })
}

function report({ kind, status }: Opened, json: boolean): void {
  if (json) return printJson(status)
  const { ready } = status
  const what = `${releases(status)}, proven ready: ${ready.level}`
  printNote(`lab "${status.name}" ${kind === 'found' ? 'is already running' : 'is up'} (${what})\n`)
  printResult(readyText(status))
}

/** Stays until Ctrl-C or until the lab ends for another reason. */
async function attend(line: Extract<Opened, { kind: 'started' }>['line'], signal: AbortSignal): Promise<number> {
  line.ref()
  printNote('\nattached; Ctrl-C takes the lab down')
  const interrupted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  await Promise.race([interrupted, line.left])
  if (signal.aborted) await line.stop('Ctrl-C')
  const failure = await line.left
  if (failure) throw LabError.from(failure)
  return 0
}

function follow(event: LabEvent): void {
  const line = eventLine(event)
  if (line !== undefined) printNote(line)
}
