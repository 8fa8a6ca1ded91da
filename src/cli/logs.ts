/** redis-lab logs */
import process from 'node:process'
import { requireLab, resolveNode } from '../lab/index.js'
import { labFiles, nodeFiles, placesFrom } from '../paths.js'
import { followFile, readTail } from '../util/tail.js'
import { printResult } from '../view/index.js'
import type { Invocation } from './command.js'
import { logsShape } from './shapes.js'
import { resolveOptions } from './options.js'

interface Log {
  readonly label: string
  readonly file: string
}

export async function run(invocation: Invocation): Promise<number> {
  const { name, follow, tail } = resolveOptions(logsShape, invocation)
  const { record } = requireLab(placesFrom(invocation.env), name)
  const [said] = invocation.args
  const supervisor: Log = { label: 'supervisor', file: labFiles.supervisorLog(record.dir) }
  const ofNode = ({ name: label, port }: (typeof record.nodes)[number]): Log => ({
    label,
    file: nodeFiles.log(labFiles.node(record.dir, port)),
  })
  const logs =
    said === undefined
      ? record.nodes.map(ofNode)
      : said === supervisor.label
        ? [supervisor]
        : [ofNode(resolveNode(record, said))]

  const width = Math.max(...logs.map(({ label }) => label.length))
  const print = ({ label }: Log, line: string) =>
    printResult(logs.length === 1 ? line : `${label.padEnd(width)} | ${line}`)
  const ends = await Promise.all(
    logs.map(async (log) => {
      const { lines, endBytes } = await readTail(log.file, tail)
      return { log, lines, endBytes }
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
