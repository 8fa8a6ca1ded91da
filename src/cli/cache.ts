/** redis-lab cache ls, rm, prune */
import type { LabError } from '../errors.js'
import { pruneBuilds, removeBuilds, usedBuilds, type UsedBuild } from '../lab/index.js'
import { placesFrom } from '../paths.js'
import { clearCache } from '../release/index.js'
import { badInput, flagName, metaOf } from '../spec/index.js'
import { didYouMean } from '../util/did-you-mean.js'
import { cacheText, printJson, printNote, printResult, type BuildRow } from '../view/index.js'
import type { Invocation, Run } from './command.js'
import { resolveOptions } from './options.js'
import { cacheShape } from './shapes.js'

const actions: Readonly<Record<string, Run>> = { ls: list, rm: remove, prune }

export async function run(invocation: Invocation): Promise<number> {
  const [action = '', ...keys] = invocation.args
  const act = Object.hasOwn(actions, action) ? actions[action] : undefined
  if (act) return act({ ...invocation, args: keys })
  throw badInput(
    [`there is no "cache ${action}"`],
    didYouMean(action, Object.keys(actions)) ?? 'redis-lab cache ls, redis-lab cache rm KEY..., redis-lab cache prune',
  )
}

async function list(invocation: Invocation): Promise<number> {
  const { json } = withoutAge(invocation, 'ls')
  withoutKeys(invocation, 'ls')
  const places = placesFrom(invocation.env)
  const { builds, problems } = await usedBuilds(places)
  const rows = builds.map(asRow)
  if (json) {
    printJson({ dir: places.cache, sizeBytes: sumOf(rows), builds: rows, problems })
    return 0
  }
  printResult(cacheText(places.cache, rows))
  for (const problem of problems) printNote(`which builds are needed is not known for sure: ${problem}`)
  return 0
}

async function remove(invocation: Invocation): Promise<number> {
  const { json } = withoutAge(invocation, 'rm')
  const hint = 'redis-lab cache ls lists the keys.'
  if (invocation.args.length === 0) throw badInput(['"cache rm" takes the keys of builds'], hint)
  const unknown = (key: string, known: readonly string[]): LabError =>
    badInput([`there is no build "${key}" in the cache`], didYouMean(key, known) ?? hint)
  const { removed, kept } = await removeBuilds(placesFrom(invocation.env), invocation.args, unknown)
  if (json) printJson({ removed, freedBytes: sumOf(removed), kept })
  else {
    for (const { key } of removed) printResult(`The build ${key} is removed.`)
    for (const name of kept) printResult(`The lab "${name}" was made with it: its next "up" builds it again.`)
  }
  return 0
}

async function prune(invocation: Invocation): Promise<number> {
  const { olderThan, json } = resolveOptions(cacheShape, invocation)
  withoutKeys(invocation, 'prune')
  const places = placesFrom(invocation.env)
  const { removed, problems } = await pruneBuilds(places, { olderThanMs: olderThan })
  const { cleared: files, unjudged } = await clearCache(places.cache)
  if (json) printJson({ removed, freedBytes: sumOf(removed), files, unjudged, problems })
  else {
    for (const { key } of removed) printResult(`The build ${key} is removed.`)
    if (files > 0) printResult(`${files} dead files (locks, builds that were cut off) are deleted.`)
    for (const reason of unjudged) printResult(`Left alone: ${reason}`)
    for (const problem of problems)
      printResult(`No build is removed, because which builds are needed is not known for sure: ${problem}`)
    if (removed.length + files + unjudged.length + problems.length === 0) printResult('Nothing was old and unused.')
  }
  return problems.length > 0 ? 1 : 0
}

function withoutAge(invocation: Invocation, action: string) {
  if (invocation.said['olderThan'] === undefined) return resolveOptions(cacheShape, invocation)
  throw badInput([`"cache ${action}" takes no ${flagName(metaOf(cacheShape, 'olderThan'))}`])
}

function withoutKeys({ args }: Invocation, action: string): void {
  if (args.length > 0)
    throw badInput([`"cache ${action}" takes no key`], `To remove one: redis-lab cache rm ${args[0]}`)
}

const sumOf = (builds: readonly { readonly sizeBytes: number }[]): number =>
  builds.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)

function asRow({ key, dir, build, tls, sizeBytes, lastUsed, users, pids }: UsedBuild): BuildRow {
  const { engine = null, version = null, source = null } = build ?? {}
  return { key, engine, version, source, tls, dir, sizeBytes, lastUsed: lastUsed.toISOString(), usedBy: users, pids }
}
