/** redis-lab versions */
import { isVerified } from '../cluster/index.js'
import { placesFrom } from '../paths.js'
import { compareVersions, defaultVersion, lineOf, listBuilds, releaseLines } from '../release/index.js'
import { printJson, printResult, versionsText, type LineRow } from '../view/index.js'
import type { Invocation } from './command.js'
import { resolveOptions } from './options.js'
import { versionsShape } from './shapes.js'

export async function run(invocation: Invocation): Promise<number> {
  const { json } = resolveOptions(versionsShape, invocation)
  const builds = await listBuilds(placesFrom(invocation.env).cache)
  const built = builds.flatMap(({ key, build, tls, sizeBytes, lastUsed }) => {
    if (!build) return []
    const { engine, version, source } = build
    return [{ key, engine, version, source, tls, sizeBytes, lastUsed: lastUsed.toISOString() }]
  })
  const lines = (await releaseLines()).map((line): LineRow => {
    const own = built.filter(({ engine, version }) => engine === line.engine && lineOf(version) === line.line)
    const versionsOf = (builds: typeof own) => [...new Set(builds.map(({ version }) => version))].sort(compareVersions)
    const instant = isVerified({ engine: line.engine, version: line.newest })
    return { ...line, instant, built: versionsOf(own), builtWithTls: versionsOf(own.filter(({ tls }) => tls)) }
  })
  if (json) printJson({ default: defaultVersion, lines, built })
  else printResult(versionsText(defaultVersion, lines))
  return 0
}
