/** A lab in the hands of a test that leaves it in disorder, and the proof that it is as planned again. */
import { startLab, type Lab, type StartLabOptions } from 'redis-lab'
import { expect } from 'vitest'
import { planTopology } from '../../src/cluster/index.js'
import { ask } from '../support/ask.js'
import { planned, seen, viewOf } from '../cluster/view.js'

export const patience = { timeout: 30_000, interval: 50 }

/** What a lab is before any test. */
export interface Fresh {
  readonly ids: readonly (string | null)[]
  readonly plan: readonly string[]
}

export async function freshLab(options: StartLabOptions = {}): Promise<{ lab: Lab; fresh: Fresh }> {
  const lab = await startLab(options)
  const { masters = 3, replicas = 1 } = options
  const plan = planned(planTopology({ masters, replicas, ports: lab.nodes.map(({ port }) => port) }))
  return { lab, fresh: { ids: lab.nodes.map(({ id }) => id), plan } }
}

/** In the view of every single node; nothing is half moved; and it is proven ready. */
export async function expectAsPlanned(lab: Lab, { ids, plan }: Fresh): Promise<void> {
  const status = await lab.status()
  expect(status).toMatchObject({ state: 'running', ready: { level: 'full', reasons: [] } })
  expect(status.nodes.map(({ id }) => id)).toEqual(ids)
  for (const node of lab.nodes) {
    const lines = await viewOf(node)
    expect(seen(lines, lab.nodes), `as ${node.name} sees it`).toEqual(plan)
    expect(lines.flatMap(({ moving }) => moving)).toEqual([])
    expect(await ask(node.port, 'DBSIZE'), `keys of ${node.name}`).toBe(0)
  }
}
