/** redis-lab ls */
import { LabError } from '../errors.js'
import { asked, findLab, labNames, stateUnknown, type FoundLab } from '../lab/index.js'
import { placesFrom, type Places } from '../paths.js'
import { lsText, printJson, printResult, type LabRow } from '../view/index.js'
import { spellRelease } from '../release/index.js'
import { releasesOf } from '../supervisor/index.js'
import type { Invocation } from './command.js'
import { lsShape } from './shapes.js'
import { resolveOptions } from './options.js'

export async function run(invocation: Invocation): Promise<number> {
  const { json } = resolveOptions(lsShape, invocation)
  const places = placesFrom(invocation.env)
  const rows = (await Promise.all(labNames(places).map((name) => describe(places, name)))).flat()
  if (json) printJson(rows)
  else printResult(lsText(rows))
  return 0
}

/** No row where nothing of a lab stands below its name. */
async function describe(places: Places, name: string): Promise<LabRow[]> {
  try {
    const found = findLab(places, name)
    if (!found) return []
    const lab = await asked(places, found)
    const { record, kind } = lab
    return [
      {
        name,
        state: kind === 'orphaned' ? 'failed' : kind,
        ports: record.nodes.map((node) => node.port),
        redis: releasesOf(record).map(spellRelease).join(', '),
        dir: record.dir,
        ephemeral: record.spec.ephemeral,
        problem: problemOf(lab),
      },
    ]
  } catch (error) {
    // One damaged record must not hide the other labs.
    const problem = LabError.from(error).message
    return [{ name, state: 'failed', ports: [], redis: null, dir: null, ephemeral: false, problem }]
  }
}

function problemOf(lab: FoundLab): string | null {
  if (lab.kind === 'orphaned') return 'its supervisor is gone'
  return lab.kind === 'unknown' ? (stateUnknown(lab).details[0] ?? null) : null
}
