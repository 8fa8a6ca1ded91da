/** redis-lab snapshot save, ls, rm */
import { listSnapshots, removeSnapshots, snapshotLab, type ListedSnapshot } from '../lab/index.js'
import { placesFrom } from '../paths.js'
import { badInput, flagName, metaOf } from '../spec/index.js'
import {
  eventLine,
  printJson,
  printNote,
  printResult,
  savedText,
  snapshotsText,
  type SnapshotRow,
} from '../view/index.js'
import type { Invocation, Run } from './command.js'
import { resolveOptions } from './options.js'
import { snapshotShape } from './shapes.js'

const actions: Readonly<Record<string, Run>> = { save, ls: list, rm: remove }

export async function run(invocation: Invocation): Promise<number> {
  const [action = '', ...names] = invocation.args
  const act = Object.hasOwn(actions, action) ? actions[action] : undefined
  if (act) return act({ ...invocation, args: names })
  throw badInput(
    [`there is no "snapshot ${action}"`],
    'redis-lab snapshot save [NAME], redis-lab snapshot ls, redis-lab snapshot rm NAME...',
  )
}

async function save(invocation: Invocation): Promise<number> {
  const { name: lab, timeout: timeoutMs, force: replace, json } = resolveOptions(snapshotShape, invocation)
  const [name = dated(lab), ...more] = invocation.args
  if (more.length > 0) throw badInput(['"snapshot save" takes one name'])
  const emit = (event: Parameters<typeof eventLine>[0]) => {
    const line = event.type === 'lab-starting' || event.type === 'node-adopted' ? eventLine(event) : undefined
    if (line !== undefined && !json) printNote(line)
  }
  const snapshot = await snapshotLab(lab, { name, replace, timeoutMs }, { env: invocation.env, emit })
  if (json) printJson(asRow({ name, snapshot, lab }))
  else printResult(savedText(asRow({ name, snapshot, lab })))
  return 0
}

async function list(invocation: Invocation): Promise<number> {
  const { json } = alone(invocation, 'ls')
  if (invocation.args.length > 0) throw badInput(['"snapshot ls" takes no name'])
  const rows = (await listSnapshots(placesFrom(invocation.env))).map(asRow)
  if (json) printJson(rows)
  else printResult(snapshotsText(rows))
  return 0
}

async function remove(invocation: Invocation): Promise<number> {
  const { json } = alone(invocation, 'rm')
  const names = invocation.args
  if (names.length === 0) throw badInput(['"snapshot rm" takes the names of snapshots'])
  await removeSnapshots(placesFrom(invocation.env), names)
  if (json) printJson({ removed: names })
  else for (const name of names) printResult(`Snapshot "${name}" is deleted.`)
  return 0
}

/** Options of a lab mean nothing to what is no lab's any more. */
function alone(invocation: Invocation, action: string) {
  const strange = (['name', 'timeout', 'force'] as const).filter((key) => invocation.said[key] !== undefined)
  if (strange.length === 0) return resolveOptions(snapshotShape, invocation)
  throw badInput(strange.map((key) => `"snapshot ${action}" takes no ${flagName(metaOf(snapshotShape, key))}`))
}

/** Of the lab, and of now, to the second: default-20250102-030405. */
const dated = (lab: string): string =>
  `${lab.slice(0, 40)}-${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}`

function asRow(listed: ListedSnapshot): SnapshotRow {
  const { name } = listed
  if ('problem' in listed) {
    const unknown = {
      lab: null,
      redis: null,
      masters: null,
      replicas: null,
      keys: null,
      sizeBytes: null,
      createdAt: null,
    }
    return { name, dir: listed.dir, ...unknown, problem: listed.problem }
  }
  const { dir, redis, masters, replicas, keys, sizeBytes, createdAt } = listed.snapshot
  return { name, dir, lab: listed.lab, redis, masters, replicas, keys, sizeBytes, createdAt, problem: null }
}
