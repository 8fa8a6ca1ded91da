/**
 * How work in progress is shown: a live list on a terminal, plain lines elsewhere, nothing with --json.
 *
 * Every way takes the same events. The live list is loaded only where it is used, and shown only once something takes time:
 * a lab on a built release is often ready before a list could have been drawn.
 */
import type { LabEvent } from '../events.js'
import { eventLine } from './event.js'
import { isTerminal, printNote } from './output.js'
import type { Goal, Progress } from './shown.js'

/** A list that appears and is over within this time would only flicker. */
const worthShowingMs = 400

export function showProgress({ json, goal }: { json: boolean; goal: Goal }): Progress {
  if (json) return { emit: () => {}, finish: async () => {} }
  return isTerminal() ? liveProgress(goal) : plainProgress()
}

/** What a log of a CI run should show: beginnings and ends, and a percentage now and then. */
function plainProgress(): Progress {
  let saidTenth = -1
  let saidLine: string | undefined
  return {
    emit(event) {
      if (event.type === 'build-started' || event.type === 'download-started') saidTenth = 0
      const line = details.has(event.type) ? undefined : eventLine(event)
      // What is still missing is asked again and again, and is worth a line when it has changed.
      if (line !== undefined && line !== saidLine) printNote(line)
      saidLine = line ?? saidLine
      const share = shareDone(event)
      if (share === undefined || Math.floor(share * 10) <= saidTenth) return
      saidTenth = Math.floor(share * 10)
      printNote(`  ${saidTenth * 10}%`)
    },
    finish: async () => {},
  }
}

/** Six servers that start are one thing to a person; and of a start that fails, the error that follows tells everything. */
const details: ReadonlySet<LabEvent['type']> = new Set([
  'node-listening',
  'node-started',
  'node-exited',
  'lab-failed',
  'lab-stopping',
  'lab-stopped',
])

function shareDone(event: LabEvent): number | undefined {
  if (event.type === 'build-progress') return event.doneSteps / Math.max(1, event.totalSteps)
  if (event.type === 'download-progress' && event.totalBytes) return event.receivedBytes / event.totalBytes
  return undefined
}

function liveProgress(goal: Goal): Progress {
  const soFar: LabEvent[] = []
  let list: Progress | undefined
  let finished = false
  const timer = setTimeout(() => {
    void import('./live-list.js').then(({ liveList }) => {
      if (finished) return
      list = liveList(goal)
      for (const event of soFar) list.emit(event)
    })
  }, worthShowingMs)
  return {
    emit(event) {
      if (list) list.emit(event)
      else soFar.push(event)
    },
    async finish(outcome) {
      finished = true
      clearTimeout(timer)
      await list?.finish(outcome)
    },
  }
}
