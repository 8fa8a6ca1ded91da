/** The options of every command, declared once. See spec/option.ts for what hangs on a declaration. */
import * as z from 'zod'
import { duration, labShape, metaOf, optionMeta, readNumber, type LabOptions, type OptionShape } from '../spec/index.js'

const json = z.boolean().default(false).register(optionMeta, {
  flag: '--json',
  description: 'print one JSON document on stdout, and nothing else there',
})
const { name, malloc, tls, sha256, timeout } = labShape

/** The timeout of a lab, with the description of a command. */
const timeoutFor = (description: string) =>
  timeout.clone().register(optionMeta, {
    flag: '--timeout <time>',
    description,
    expects: metaOf(labShape, 'timeout').expects ?? '',
  })
const patience = timeoutFor('how long it may take until it is a fact, such as 90s or 2m')

export const verbose = z.boolean().default(false).register(optionMeta, {
  flag: '--verbose',
  description: 'show the stack of an error',
})

/** Which config file counts: read before everything else, and by all commands with options of a lab. */
const config = z
  .union([z.string(), z.literal(false)])
  .optional()
  .register(optionMeta, {
    flag: '--config <file>',
    description:
      'the config file, instead of the nearest redis-lab.config.json, .js, .mjs or .ts from the current folder up',
    expects: 'the path of a file',
    off: { flag: '--no-config', description: 'leave any config file out' },
  })

/** Everything that a command can be told by flags. */
export const flagsOf = (shape: OptionShape): OptionShape => ({
  ...shape,
  ...(readsConfig(shape) && { config }),
  verbose,
})

/** Some of its options are those of a lab. */
export const readsConfig = (shape: OptionShape): boolean =>
  Object.entries(shape).some(([key, schema]) => labShape[key as keyof LabOptions] === schema)

export const upShape = {
  ...labShape,
  foreground: z.boolean().default(false).register(optionMeta, {
    flag: '--foreground',
    description: 'stay attached, show what happens, and take the lab down on Ctrl-C',
  }),
  acceptDataLoss: z.boolean().default(false).register(optionMeta, {
    flag: '--accept-data-loss',
    description: 'start a stopped lab although data that it held is missing',
  }),
  json,
}

export const downShape = {
  name,
  all: z.boolean().default(false).register(optionMeta, { flag: '--all', description: 'every lab there is' }),
  purge: z.boolean().default(false).register(optionMeta, { flag: '--purge', description: 'delete the data too' }),
  json,
}

export const statusShape = {
  name,
  exitCode: z.boolean().default(false).register(optionMeta, {
    flag: '--exit-code',
    description: 'exit with 1 unless the lab runs and is fully ready',
  }),
  json,
}
export const waitShape = {
  for: labShape.wait.clone().register(optionMeta, {
    flag: '--for <level>',
    description: 'the level of readiness to wait for: alive, agreed, ok, replicas or full',
    expects: metaOf(labShape, 'wait').expects ?? '',
  }),
  name,
  timeout: timeoutFor('the maximum time to wait, such as 90s or 2m'),
  json,
}
export const lsShape = { json }

export const logsShape = {
  name,
  follow: z.boolean().default(false).register(optionMeta, {
    flag: '-f, --follow',
    description: 'go on with what is written from now on, until Ctrl-C',
  }),
  tail: z.int().min(0).max(1_000_000).default(20).register(optionMeta, {
    flag: '--tail <count>',
    description: 'begin with this many lines of each log',
    expects: 'a whole number from 0 to 1000000',
    read: readNumber,
  }),
  events: z.boolean().default(false).register(optionMeta, {
    flag: '--events',
    description: 'what happened to the lab and its nodes, with time and cause, instead of what the servers wrote',
  }),
}

export const verbShape = { name, timeout: patience, json }
export const killShape = {
  ...verbShape,
  restart: z.boolean().default(true).register(optionMeta, {
    flag: '--no-restart',
    description: 'leave the node as it is then, instead of starting it again',
  }),
}
export const failoverShape = {
  ...verbShape,
  force: z.boolean().default(false).register(optionMeta, {
    flag: '--force',
    description: 'without the master, but with the votes of the other masters',
  }),
  takeover: z.boolean().default(false).register(optionMeta, {
    flag: '--takeover',
    description: 'without asking any other node',
  }),
}
export const snapshotShape = {
  ...verbShape,
  force: z.boolean().default(false).register(optionMeta, {
    flag: '--force',
    description: 'save in the place of a snapshot of that name',
  }),
}
export const resetShape = verbShape
export const upgradeShape = {
  redis: labShape.redis,
  sha256,
  name,
  timeout: timeoutFor(
    'how long each step may take, such as 90s or 2m: a node that starts with its new release, a failover',
  ),
  json,
}
export const pruneShape = { json }

export const cliShape = { name }
export const installShape = { sha256, malloc, tls, json }
export const versionsShape = { json }

const dayMs = 86_400_000
export const cacheShape = {
  olderThan: duration({ leastMs: 0, mostMs: 10_000 * dayMs })
    .default(30 * dayMs)
    .register(optionMeta, {
      flag: '--older-than <time>',
      description: 'prune: how long a build must not have been used, such as 30d or 12h',
      expects: 'a time such as 30d or 12h',
    }),
  json,
}

export const doctorShape = { json }
export const configShape = { ...labShape, json }
