/** The bodies that the control API takes. Loaded with the first request that has one. */
import * as z from 'zod'
import { LabError } from '../errors.js'
import { readyLevels } from '../events.js'
import { buildShape } from './record.js'

const longestMs = 86_400_000
const timeoutMs = z.int().min(1).max(longestMs).default(60_000)

const verbBody = z.strictObject({ restart: z.boolean().default(true), timeoutMs })
const failoverBody = z.strictObject({ mode: z.enum(['agreed', 'force', 'takeover']).default('agreed'), timeoutMs })

const waitBody = z.strictObject({ level: z.enum(readyLevels).default('full'), timeoutMs })
const patienceBody = z.strictObject({ timeoutMs })
const line = z.string().regex(/^\P{Cc}+$/u)
const upgradeBody = z.strictObject({ redis: line, sha256: line.exactOptional(), build: buildShape, timeoutMs })
const snapshotBody = z.strictObject({ dir: z.string().regex(/^\/\P{Cc}+$/u), timeoutMs })

export type VerbBody = z.input<typeof verbBody>
export type WaitBody = z.input<typeof waitBody>
export type PatienceBody = z.input<typeof patienceBody>
export type FailoverBody = z.input<typeof failoverBody>
export type UpgradeBody = z.input<typeof upgradeBody>
export type SnapshotBody = z.input<typeof snapshotBody>

/** @throws LabError `bad-input` */
export const parseVerbBody = (text: string) => parse(verbBody, text)
export const parseWaitBody = (text: string) => parse(waitBody, text)
export const parsePatienceBody = (text: string) => parse(patienceBody, text)
export const parseFailoverBody = (text: string) => parse(failoverBody, text)
export const parseUpgradeBody = (text: string) => parse(upgradeBody, text)
export const parseSnapshotBody = (text: string) => parse(snapshotBody, text)

function parse<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> {
  let json: unknown
  try {
    json = text === '' ? {} : JSON.parse(text)
  } catch (error) {
    throw new LabError({ code: 'bad-input', message: 'the body is not JSON' }, { cause: error })
  }
  const result = schema.safeParse(json)
  if (result.success) return result.data
  const details = z.prettifyError(result.error).split('\n')
  throw new LabError({ code: 'bad-input', message: 'the body is not what this request takes', details })
}
