/** redis-lab logs */
import process from 'node:process'
import { requireLab, resolveNode } from '../lab/index.js'
import { labFiles, nodeFiles, placesFrom } from '../paths.js'
import { parseJournalLine, type LabRecord } from '../supervisor/index.js'
import { followFile, readTail } from '../util/tail.js'
import { eventLine, printResult } from '../view/index.js'
import type { Invocation } from './command.js'
import { logsShape } from './shapes.js'
import { resolveOptions } from './options.js'

interface Log {
  readonly label: string
  readonly file: string
  /** A line of the file as it is shown; undefined for one that is not. */
  readonly show: (line: string) => string | undefined
}

export async function run(invocation: Invocation): Promise<number> {
  const { name, follow, tail, events } = resolveOptions(logsShape, invocation)
  const { record } = requireLab(placesFrom(invocation.env), name)
  const [said] = invocation.args
  const logs = events ? [eventsOf(record, said)] : logsOf(record, said)

  const width = Math.max(...logs.map(({ label }) => label.length))
  const print = ({ label, show }: Log, line: string) => {
    const shown = show(line)
    if (shown !== undefined) printResult(logs.length === 1 ? shown : `${label.padEnd(width)} | ${shown}`)
  }
  const ends = await Promise.all(
    logs.map(async (log) => {
      // Lines that are not shown do not count, and how many these are is known only after reading.
      const { lines, endBytes } = await readTail(log.file, events ? Infinity : tail)
      const shown = events
        ? lines.filter((line) => log.show(line) !== undefined).slice(tail === 0 ? lines.length : -tail)
        : lines
      return { log, lines: shown, endBytes }
    }),
  )
  for (const { log, lines } of ends) for (const line of lines) print(log, line)
  if (!follow) return 0
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  process.once('SIGTERM', () => stop.abort())
  await Promise.all(
    ends.map(({ log, endBytes }) =>
      followFile(log.file, { fromBytes: endBytes, onLine: (line) => print(log, line), signal: stop.signal }),
    ),
  )
  return 0
}

const asItIs = (line: string): string => line

function logsOf(record: LabRecord, said: string | undefined): Log[] {
  const supervisor: Log = { label: 'supervisor', file: labFiles.supervisorLog(record.dir), show: asItIs }
  const ofNode = ({ name: label, port }: LabRecord['nodes'][number]): Log => ({
    label,
    file: nodeFiles.log(labFiles.node(record.dir, port)),
    show: asItIs,
  })
  if (said === undefined) return record.nodes.map(ofNode)
  return said === supervisor.label ? [supervisor] : [ofNode(resolveNode(record, said))]
}

/** Each with its time; of one node where one is named. */
function eventsOf(record: LabRecord, said: string | undefined): Log {
  const node = said === undefined ? undefined : resolveNode(record, said).name
  return {
    label: 'events',
    file: labFiles.supervisorLog(record.dir),
    show: (text) => {
      const event = parseJournalLine(text)
      if (!event || (node !== undefined && !('node' in event && event.node === node))) return undefined
      const line = eventLine(event)
      return line && `${event.at}  ${line}`
    },
  }
}
