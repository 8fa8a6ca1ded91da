/** What was measured, as Markdown. */
import os from 'node:os'
import process from 'node:process'
import type { Build } from '../src/release/index.js'
import { compare } from './ratios.js'
import type { Measured } from './rounds.js'
import type { Row, Unit } from './row.js'
import { summarise } from './statistics.js'
import { markdownTable } from './table.js'

export function report(rows: readonly Row[], measured: Measured, build: Build): string {
  const lines = rows.flatMap(({ number, ways }) =>
    ways.flatMap(({ readings }) => readings.map((reading) => lineOf(number, reading, measured))),
  )
  const ratios = compare(measured).map(({ what, summary: { median, least, most, count } }) => [
    what,
    factor(median),
    `${factor(least)} – ${factor(most)}`,
    String(count),
  ])
  const parts = [
    markdownTable(['', 'median', 'least – most', 'rounds'], lines),
    ...(ratios.length > 0 ? [markdownTable(['ratio', 'median', 'least – most', 'rounds'], ratios)] : []),
    machine(build),
    ...[...measured.skipped].map((line) => `Not measured: ${line}`),
  ]
  return parts.join('\n\n')
}

function lineOf(number: number, { key, what, unit }: Row['ways'][number]['readings'][number], { values }: Measured) {
  const summary = summarise([...(values.get(key)?.values() ?? [])])
  const name = `(${number}) ${what}`
  if (!summary) return [name, '–', '–', '0']
  const { median, least, most, count } = summary
  return [name, amount(median, unit), `${amount(least, unit)} – ${amount(most, unit)}`, String(count)]
}

function machine({ engine, version }: Build): string {
  const cores = os.availableParallelism()
  const model = os.cpus()[0]?.model.trim() || os.arch()
  return `${cores} ${cores === 1 ? 'core' : 'cores'} (${model}), ${os.type()} ${os.release()}, Node ${process.versions.node}, ${engine} ${version}`
}

function amount(value: number, unit: Unit): string {
  if (unit === '%') return `${value.toFixed(2)} %`
  if (unit === 'MB') return `${value.toFixed(0)} MB`
  return value < 1000 ? `${value.toFixed(value < 10 ? 1 : 0)} ms` : `${(value / 1000).toFixed(2)} s`
}

const factor = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)}×`
