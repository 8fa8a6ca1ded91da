/** redis-lab ls */
import { existsSync } from 'node:fs'
import { LabError } from '../errors.js'
import { findLab, labNames } from '../lab/index.js'
import { labEntry, placesFrom, type Places } from '../paths.js'
import { lsText, printJson, printResult, type LabRow } from '../view/index.js'
import { spellRelease } from '../release/index.js'
import { releasesOf } from '../supervisor/index.js'
import type { Invocation } from './command.js'
import { lsShape } from './shapes.js'
import { resolveOptions } from './options.js'

export async function run(invocation: Invocation): Promise<number> {
  const { json } = resolveOptions(lsShape, invocation)
  const places = placesFrom(invocation.env)
  const rows = labNames(places).map((name) => describe(places, name))
  if (json) printJson(rows)
  else printResult(lsText(rows))
  return 0
}

function describe(places: Places, name: string): LabRow {
  try {
    const found = findLab(places, name)
    if (!found)
      return {
        name,
        state: 'failed',
        ports: [],
        redis: null,
        dir: null,
        ephemeral: false,
        problem: existsSync(labEntry(places, name)) ? 'there is no lab.json in its folder' : 'its folder is gone',
      }
    const { record, kind } = found
    return {
      name,
      state: kind === 'orphaned' ? 'failed' : kind,
      ports: record.nodes.map((node) => node.port),
      redis: releasesOf(record).map(spellRelease).join(', '),
      dir: record.dir,
      ephemeral: record.spec.ephemeral,
      problem: kind === 'orphaned' ? 'its supervisor is gone' : null,
    }
  } catch (error) {
    // One damaged record must not hide the other labs.
    const problem = LabError.from(error).message
    return { name, state: 'failed', ports: [], redis: null, dir: null, ephemeral: false, problem }
  }
}
