/** redis-lab prune */
import { prune, type Pruned } from '../lab/index.js'
import { placesFrom } from '../paths.js'
import { printJson, printResult } from '../view/index.js'
import type { Invocation } from './command.js'
import { resolveOptions } from './options.js'
import { pruneShape } from './shapes.js'

export async function run(invocation: Invocation): Promise<number> {
  const { json } = resolveOptions(pruneShape, invocation)
  const pruned = await prune(placesFrom(invocation.env))
  if (json) printJson(pruned)
  else for (const line of inWords(pruned)) printResult(line)
  return pruned.problems.length > 0 ? 1 : 0
}

function inWords({ ended, deleted, files, unjudged, problems }: Pruned): string[] {
  const lines = [
    ...ended.map((name) => `Lab "${name}" had no supervisor: its servers are ended, its data stays.`),
    ...deleted.map((name) => `Lab "${name}" was dead and is deleted.`),
    ...(files > 0
      ? [`${files} dead files (locks, claims of ports, sockets, builds and snapshots that were cut off) are deleted.`]
      : []),
    ...unjudged.map((reason) => `Left alone: ${reason}`),
    ...problems.map((problem) => `Not cleared: ${problem}`),
  ]
  return lines.length > 0 ? lines : ['Nothing was dead.']
}
