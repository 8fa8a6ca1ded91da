/** The options of every command, declared once. See spec/option.ts for what hangs on a declaration. */
import * as z from 'zod'
import { labShape, optionMeta, readNumber } from '../spec/index.js'

const json = z.boolean().default(false).register(optionMeta, {
  flag: '--json',
  description: 'print one JSON document on stdout, and nothing else there',
})
const { name, malloc } = labShape

export const verbose = z.boolean().default(false).register(optionMeta, {
  flag: '--verbose',
  description: 'show the stack of an error',
})

export const upShape = {
  ...labShape,
  foreground: z.boolean().default(false).register(optionMeta, {
    flag: '--foreground',
    description: 'stay attached, show what happens, and take the lab down on Ctrl-C',
  }),
  json,
}

export const downShape = {
  name,
  all: z.boolean().default(false).register(optionMeta, { flag: '--all', description: 'every lab there is' }),
  purge: z.boolean().default(false).register(optionMeta, { flag: '--purge', description: 'delete the data too' }),
  json,
}

export const statusShape = { name, json }
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
}

export const cliShape = { name }
export const installShape = { malloc, json }
export const doctorShape = { json }
