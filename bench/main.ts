/**
 * Measures redis-lab beside what people use today, and prints a Markdown table.
 *
 * The table goes to stdout, everything else to stderr. Numbers are never judged here: the exit code is 0 when everything could
 * be measured and nothing was left behind.
 */
import process from 'node:process'
import { LabError } from '../src/errors.js'
import { placesFrom } from '../src/paths.js'
import { installRelease, type Build } from '../src/release/index.js'
import { eventLine, printError } from '../src/view/index.js'
import { readOptions, usage, type BenchOptions } from './options.js'
import { Place } from './place/place.js'
import { report } from './report.js'
import { measureRounds } from './rounds.js'
import { rows } from './rows/index.js'

const say = (line: string) => console.error(line)

/** @returns the exit code */
export async function bench(argv: readonly string[]): Promise<number> {
  let options: BenchOptions | undefined
  try {
    options = readOptions(argv, { numbers: [...new Set(rows.map((row) => row.number))], env: process.env })
  } catch (error) {
    say(`${(error as Error).message}\n\n${usage}`)
    return 2
  }
  if (!options) {
    console.log(usage)
    return 0
  }
  const controller = new AbortController()
  const onSignal = () => {
    say(controller.signal.aborted ? 'still cleaning up' : 'interrupted: cleaning up')
    controller.abort(new Error('interrupted'))
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, onSignal)
  try {
    return await measure(options, controller.signal)
  } catch (error) {
    if (!controller.signal.aborted) printError(LabError.from(error), { json: false, verbose: false })
    return controller.signal.aborted ? 130 : 1
  } finally {
    for (const signal of signals) process.off(signal, onSignal)
  }
}

async function measure({ only, rounds, tarball, redis }: BenchOptions, interrupted: AbortSignal): Promise<number> {
  const build = await builtRelease(redis, interrupted)
  const chosen = rows.filter((row) => only?.includes(row.number) ?? true)
  const place = new Place({ build, redis, tarball, env: process.env })
  let left: readonly string[]
  let failures: readonly string[] = []
  try {
    const measured = await measureRounds(chosen, place, { rounds, interrupted, say })
    failures = measured.failures
    console.log(`\n${report(chosen, measured, build)}\n`)
  } finally {
    left = await place.close()
    for (const line of [...failures.map((failure) => `failed: ${failure}`), ...left]) say(line)
    if (left.length === 0) say(`nothing was left behind: ${place.checked()}`)
  }
  if (interrupted.aborted) return 130
  return failures.length + left.length === 0 ? 0 : 1
}

/** Measured is what happens on a built release: here it is built, should it not be. */
async function builtRelease(redis: string | undefined, signal: AbortSignal): Promise<Build> {
  const emit: Parameters<typeof installRelease>[1]['emit'] = (event) => {
    const line = eventLine(event)
    if (line !== undefined) say(line)
  }
  const { cache } = placesFrom(process.env)
  return installRelease({ redis, malloc: 'libc' }, { cacheDir: cache, env: process.env, emit, signal })
}
