/** Reads overrides.json, when a lab is adopted. Apart from what writes it, because no other supervisor needs what checks it. */
import { readFileSync } from 'node:fs'
import * as z from 'zod'
import type { TemporaryRecord } from '../cluster/index.js'
import { labFiles } from '../paths.js'

const identity = z.object({ pid: z.int().positive(), startTime: z.string() })

const overrides = z.object({
  format: z.literal(1),
  directives: z.array(z.object({ node: z.string(), process: identity, name: z.string(), original: z.string() })),
  pauses: z.array(z.object({ node: z.string(), process: identity, untilMs: z.number() })),
})

/** Empty if the record is missing or damaged: the servers serve all the same. */
export function readOverrides(dir: string): TemporaryRecord {
  try {
    return overrides.parse(JSON.parse(readFileSync(labFiles.overrides(dir), 'utf8')))
  } catch {
    return { directives: [], pauses: [] }
  }
}
