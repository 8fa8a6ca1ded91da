/**
 * What a lab leaves on disk about itself.
 *
 *     lab.json   what the lab IS: its spec, build and nodes. Stays when the lab is down; the next `up` resumes from it.
 *     run.json   what runs NOW: the supervisor and the servers, by pid, start time and run id. Gone when the lab is down; one
 *                that is found with a dead supervisor tells the next command what was left behind.
 */
import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { LabError } from '../errors.js'
import { labFiles } from '../paths.js'
import { labShape, lastDataPort } from '../spec/index.js'

const slotRange = z.tuple([z.int().min(0).max(16_383), z.int().min(0).max(16_383)]).readonly()

/** What ends up in a redis.conf must not begin a line of its own there. */
const oneLine = z.string().regex(/^\P{Cc}+$/u)

const identity = z.object({
  pid: z.int().positive(),
  startTime: z.string(),
  // Records of earlier versions have none.
  place: z.string().exactOptional(),
})

export const buildShape = z.object({
  engine: z.enum(['redis', 'valkey']),
  version: z.string(),
  source: z.string(),
  server: z.string(),
  cli: z.string(),
})

/** A password is in access.json, or nowhere. */
const { password: _, ...recordedShape } = labShape

const labRecord = z.object({
  format: z.literal(1),
  name: labShape.name,
  dir: z.string(),
  createdAt: z.string(),
  /** The creator has done its work. A lab that never got so far has no data, and is begun anew. */
  formed: z.boolean(),
  /** What formed it; null until then. */
  creator: z.enum(['instant', 'redis-cli']).nullable(),
  spec: z.object({
    ...recordedShape,
    // On disk the options are as they were resolved, not as they were typed.
    set: z.array(z.object({ name: oneLine, value: oneLine })),
    // After an upgrade that was cut off it may be an address, which nobody may type there. Older records have none.
    redisFor: z.record(z.string(), oneLine).default({}),
    // Records of before there were modules have none.
    modules: z.array(z.object({ file: z.string(), args: z.array(z.string()) })).default([]),
    timeout: z.number(),
  }),
  /** What its nodes ask of whoever connects. Records of before there were passwords say nothing. */
  auth: z.enum(['none', 'password', 'acl']).default('none'),
  /** What its nodes run, but for those that have a build of their own. */
  build: buildShape,
  nodes: z.array(
    z.object({
      name: oneLine,
      port: z.int().min(1).max(lastDataPort),
      busPort: z.int().min(1).max(65_535),
      role: z.enum(['master', 'replica']),
      slots: slotRange.exactOptional(),
      masterName: z.string().exactOptional(),
      id: z.string().nullable(),
      /** Of one that does not run what the lab runs. */
      build: buildShape.exactOptional(),
    }),
  ),
})

const runRecord = z.object({
  supervisor: identity,
  socket: z.string(),
  /** The cluster stands and its settings are its own: another supervisor may adopt its servers. */
  formed: z.boolean(),
  nodes: z.array(
    z.object({
      name: z.string(),
      process: identity.nullable(),
      /** What Redis itself calls this life of the server (INFO server); null until it was asked. */
      runId: z.string().nullable(),
      /** On purpose: whoever adopts the lab leaves it so. */
      stopped: z.boolean(),
    }),
  ),
})

export type LabRecord = Readonly<z.output<typeof labRecord>>
export type RunRecord = Readonly<z.output<typeof runRecord>>

/** @throws LabError `lab-damaged` when the file is there but is not a record */
export const readLab = (dir: string): LabRecord | undefined => read(labFiles.record(dir), labRecord)
export const readRun = (dir: string): RunRecord | undefined => read(labFiles.running(dir), runRecord)

function read<Schema extends z.ZodType>(file: string, schema: Schema): z.output<Schema> | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw damaged(file, (error as Error).message)
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw damaged(file, (error as Error).message)
  }
  const result = schema.safeParse(json)
  if (!result.success) throw damaged(file, z.prettifyError(result.error))
  return result.data
}

export function damaged(file: string, reason: string): LabError {
  return new LabError({
    code: 'lab-damaged',
    message: `the record of this lab cannot be read`,
    hint: 'The data of the nodes is untouched. Move the folder away to start from scratch.',
    details: [`file: ${file}`, ...reason.split('\n')],
  })
}
