/** The live list on a terminal: the only door to listr2. Events end its tasks and write their lines. */
import process from 'node:process'
import { Listr, ListrLogger, PRESET_TIMER, ProcessOutput, type ListrTaskWrapper } from 'listr2'
import { LabError } from '../errors.js'
import type { LabEvent } from '../events.js'
import { deferred, type Deferred } from '../util/deferred.js'
import { bytes, eventLine, percent, summary } from './event.js'
import type { Goal, Progress } from './shown.js'

/** The stages of a start, in their order: an event of one of them ends those before it. */
const stages = ['release', 'cluster', 'proof'] as const
type Stage = (typeof stages)[number]

const titles: Readonly<Record<Stage, string>> = {
  release: 'Redis release',
  cluster: 'Start the servers and join them',
  proof: 'Prove the cluster ready',
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the wrapper's type names the renderer, which is chosen below
type Task = ListrTaskWrapper<unknown, any, any>

interface Shown {
  readonly stage: Stage
  readonly end: Deferred<void>
  /** While it is the one at work; writing to any other is an error in listr2. */
  task?: Task | undefined
}

export function liveList(goal: Goal): Progress {
  const shown: Shown[] = stages
    .slice(0, goal === 'build' ? 1 : undefined)
    .map((stage) => ({ stage, end: deferred<void>() }))
  for (const { end } of shown) end.promise.catch(() => {})
  let current = 0
  let line: string | undefined

  const list = new Listr(
    shown.map((item) => ({
      title: titles[item.stage],
      task: async (_: unknown, task: Task) => {
        item.task = task
        if (line !== undefined) task.output = line
        await item.end.promise.finally(() => (item.task = undefined))
      },
    })),
    {
      concurrent: false,
      exitOnError: true,
      registerSignalListeners: false,
      renderer: 'default',
      rendererOptions: {
        timer: PRESET_TIMER,
        showErrorMessage: false,
        collapseErrors: false,
        // Progress belongs to stderr: stdout carries the result alone.
        logger: new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) }),
      },
    },
  )
  const finished = list.run().catch(() => {})
  const end = (item: Shown) => {
    // At once, not when the promise has told everybody: the next event may come before.
    item.task = undefined
    item.end.resolve()
  }

  return {
    emit(event) {
      const reached = shown.findIndex(({ stage }) => stage === stageOf(event))
      for (; current < reached; current++) {
        end(shown[current] as Shown)
        line = undefined
      }
      line = lineOf(event) ?? line
      const task = shown[current]?.task
      if (task && line !== undefined) task.output = line
    },
    async finish(outcome) {
      for (const item of shown) {
        if (outcome === 'done') end(item)
        else item.end.reject(new LabError({ code: 'interrupted', message: 'not finished' }))
      }
      await finished
    },
  }
}

function stageOf({ type }: LabEvent): Stage | undefined {
  if (/^(release|download|unpack|build)-/.test(type)) return 'release'
  if (type === 'lab-starting' || type === 'ports-lost' || type.startsWith('node-') || type.startsWith('create-'))
    return 'cluster'
  return type === 'ready-progress' || type === 'lab-ready' ? 'proof' : undefined
}

function lineOf(event: LabEvent): string | undefined {
  if (event.type === 'download-progress') {
    const { receivedBytes, totalBytes } = event
    return `downloading ${bytes(receivedBytes)}${totalBytes ? ` of ${bytes(totalBytes)} (${percent(receivedBytes, totalBytes)})` : ''}`
  }
  if (event.type === 'build-progress') return `compiling ${percent(event.doneSteps, event.totalSteps)}`
  if (event.type === 'ready-progress')
    return event.missing.length > 0
      ? `waiting for "${event.level}": ${summary(event.missing)}`
      : `${event.level}: proven`
  return eventLine(event)
}
