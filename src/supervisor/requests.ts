/** The bodies that the control API takes. Loaded with the first request that has one. */
import * as z from 'zod'
import { LabError } from '../errors.js'
import { readyLevels } from '../events.js'

const longestMs = 86_400_000
const timeoutMs = z.int().min(1).max(longestMs).default(60_000)

const verbBody = z.strictObject({ restart: z.boolean().default(true), timeoutMs })
const failoverBody = z.strictObject({ mode: z.enum(['agreed', 'force', 'takeover']).default('agreed'), timeoutMs })

const waitBody = z.strictObject({ level: z.enum(readyLevels).default('full'), timeoutMs })
const awaitBody = z.strictObject({ timeoutMs })

export type VerbBody = z.input<typeof verbBody>
export type WaitBody = z.input<typeof waitBody>
export type AwaitBody = z.input<typeof awaitBody>
export type FailoverBody = z.input<typeof failoverBody>

/** @throws LabError `bad-input` */
export const parseVerbBody = (text: string) => parse(verbBody, text)
export const parseWaitBody = (text: string) => parse(waitBody, text)
export const parseAwaitBody = (text: string) => parse(awaitBody, text)
export const parseFailoverBody = (text: string) => parse(failoverBody, text)

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
