/** The live list on a terminal: the only door to listr2. Events resolve its tasks and write their lines. */
import process from 'node:process'
import { Listr, ListrLogger, PRESET_TIMER, ProcessOutput, type ListrTaskWrapper } from 'listr2'
import { LabError } from '../errors.js'
import type { LabEvent } from '../events.js'
import { deferred, type Deferred } from '../util/deferred.js'
import { bytes, eventLine, percent, summary } from './event.js'
import type { Progress } from './shown.js'

/** The stages of a start, in their order. An event belongs to one of them, and ends those before it. */
const stages = [
  { name: 'release', title: 'Redis release' },
  { name: 'servers', title: 'Servers' },
  { name: 'join', title: 'Join into a cluster' },
  { name: 'proof', title: 'Prove it ready' },
] as const
type Stage = (typeof stages)[number]['name']

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the wrapper's type names the renderer, which is chosen below
type Task = ListrTaskWrapper<unknown, any, any>

export function liveList(): Progress {
  const ends = new Map<Stage, Deferred<void>>(stages.map(({ name }) => [name, deferred<void>()]))
  const lines = new Map<Stage, string>()
  const running = new Map<Stage, Task>()
  for (const end of ends.values()) end.promise.catch(() => {})

  const say = (stage: Stage, line: string) => {
    lines.set(stage, line)
    const task = running.get(stage)
    if (task) task.output = line
  }
  const list = new Listr(
    stages.map(({ name, title }) => ({
      title,
      task: async (_: unknown, task: Task) => {
        running.set(name, task)
        const line = lines.get(name)
        if (line !== undefined) task.output = line
        await ends.get(name)?.promise
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
  const shown = list.run().catch(() => {})

  return {
    emit(event) {
      const stage = stageOf(event)
      if (!stage) return
      const reached = stages.findIndex(({ name }) => name === stage)
      for (const { name } of stages.slice(0, reached)) ends.get(name)?.resolve()
      const line = lineOf(event)
      if (line !== undefined) say(stage, line)
      if (event.type === 'lab-ready') ends.get(stage)?.resolve()
    },
    async finish(outcome) {
      for (const end of ends.values()) {
        if (outcome === 'done') end.resolve()
        else end.reject(new LabError({ code: 'interrupted', message: 'not finished' }))
      }
      await shown
    },
  }
}

function stageOf({ type }: LabEvent): Stage | undefined {
  if (/^(release|download|unpack|build)-/.test(type)) return 'release'
  if (type === 'lab-starting' || type.startsWith('node-')) return 'servers'
  if (type.startsWith('create-')) return type === 'create-done' ? 'proof' : 'join'
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
