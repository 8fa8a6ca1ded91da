/** redis-lab down */
import { LabError } from '../errors.js'
import { badInput, nameFlag } from '../spec/index.js'
import { labNames, takeDown, type TakenDown } from '../lab/index.js'
import { placesFrom } from '../paths.js'
import { printJson, printResult } from '../view/index.js'
import type { Invocation } from './command.js'
import { downShape } from './shapes.js'
import { resolveOptions } from './options.js'

export async function run(invocation: Invocation): Promise<number> {
  const { name, all, purge, json } = resolveOptions(downShape, invocation)
  if (all && invocation.said['name'] !== undefined) throw badInput(['--all and --name exclude each other'])
  const places = placesFrom(invocation.env)
  const names = all ? labNames(places) : [name]
  // One that cannot be had down must not keep the others up.
  const outcomes = await Promise.allSettled(names.map((one) => takeDown(places, one, { purge })))
  const results = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  const failure = failureOf(names, outcomes)
  if (json && failure) throw failure
  if (json) printJson(all ? { labs: results } : results[0])
  else if (names.length === 0) printResult('There are no labs.')
  else for (const result of results) printResult(inWords(result))
  if (failure) throw failure
  return 0
}

function failureOf(names: readonly string[], outcomes: readonly PromiseSettledResult<unknown>[]): LabError | undefined {
  const failures = outcomes.flatMap((outcome, index) =>
    outcome.status === 'rejected' ? [{ name: names[index], error: LabError.from(outcome.reason) }] : [],
  )
  const [first] = failures
  if (!first || failures.length === 1) return first?.error
  const details = failures.flatMap(({ name, error }) => [`${name}: ${error.message}`, ...error.details])
  return new LabError({ code: first.error.code, message: `${failures.length} labs could not be taken down`, details })
}

function inWords({ name, was, dir, purged, remains }: TakenDown): string {
  if (was === 'absent') return `There is no lab named "${name}": nothing to take down.`
  if (was === 'lost') return `Lab "${name}" is forgotten: its folder was gone already (${dir}).`
  const ended = was === 'stopped' ? `Lab "${name}" was down already` : `Lab "${name}" is down`
  if (!purged) return `${ended}. Its data stays in ${dir}; redis-lab up${nameFlag(name)} resumes it.`
  const others = remains.length > 0 ? ` ${dir} stays, because it holds files of others: ${remains.join(', ')}` : ''
  return `${ended}, and its data is deleted.${others}`
}
