/** redis-lab down */
import { badInput } from '../spec/index.js'
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
  const results = await Promise.all(names.map((one) => takeDown(places, one, { purge })))
  if (json) printJson(all ? { labs: results } : results[0])
  else if (results.length === 0) printResult('There are no labs.')
  else for (const result of results) printResult(inWords(result))
  return 0
}

function inWords({ name, was, dir, purged }: TakenDown): string {
  if (was === 'absent') return `There is no lab named "${name}": nothing to take down.`
  const ended = was === 'stopped' ? `Lab "${name}" was down already` : `Lab "${name}" is down`
  return purged ? `${ended}, and its data is deleted.` : `${ended}. Its data stays in ${dir}; redis-lab up resumes it.`
}
