/** The bodies that the control API takes. Loaded with the first request that has one. */
import * as z from 'zod'
import { LabError } from '../errors.js'

const longestMs = 86_400_000
const timeoutMs = z.int().min(1).max(longestMs).default(60_000)

const verbBody = z.strictObject({ restart: z.boolean().default(true), timeoutMs })
const failoverBody = z.strictObject({ mode: z.enum(['agreed', 'force', 'takeover']).default('agreed'), timeoutMs })

const resetBody = z.strictObject({ timeoutMs })

export type ResetBody = z.input<typeof resetBody>
export type VerbBody = z.input<typeof verbBody>
export type FailoverBody = z.input<typeof failoverBody>

/** @throws LabError `bad-input` */
export const parseVerbBody = (text: string) => parse(verbBody, text)
export const parseFailoverBody = (text: string) => parse(failoverBody, text)
export const parseResetBody = (text: string) => parse(resetBody, text)

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
