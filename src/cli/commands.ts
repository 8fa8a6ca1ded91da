/** Every command, declared once: names, arguments and options here; what it does in a file of its own, loaded when it is run. */
import * as z from 'zod'
import { labShape, optionMeta, readNumber, type OptionShape } from '../spec/index.js'
import type { ErrorStyle } from '../view/index.js'

/** What a command is run with. */
export interface Invocation {
  /** What was said, under the names of the shape; nothing is filled in yet. */
  readonly said: Readonly<Record<string, unknown>>
  readonly args: readonly string[]
  /** Everything after `--`. */
  readonly rest: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
}

export type Run = (invocation: Invocation) => Promise<number>

export interface Command {
  readonly name: string
  readonly summary: string
  /** As commander spells them: `[node]`. */
  readonly args?: string
  /** Takes words after `--`. */
  readonly rest?: string
  readonly shape: OptionShape
  readonly load: () => Promise<{ run: Run }>
}

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

export const commands: readonly Command[] = [
  {
    name: 'up',
    summary: 'start a cluster, and return when it is proven ready',
    shape: upShape,
    load: () => import('./up.js'),
  },
  {
    name: 'down',
    summary: 'take a cluster down; its data stays unless --purge is given',
    shape: downShape,
    load: () => import('./down.js'),
  },
  {
    name: 'status',
    summary: 'ask every node of a lab how it is',
    shape: statusShape,
    load: () => import('./status.js'),
  },
  { name: 'ls', summary: 'list the labs of this machine', shape: lsShape, load: () => import('./ls.js') },
  {
    name: 'logs',
    summary: 'show the log of one node, or of all, each line with its node; "supervisor" is a node too',
    args: '[node]',
    shape: logsShape,
    load: () => import('./logs.js'),
  },
  {
    name: 'cli',
    summary: 'redis-cli on a node of the lab, following redirections; its exit code is kept',
    args: '[node]',
    rest: 'ARGS…',
    shape: cliShape,
    load: () => import('./cli.js'),
  },
  {
    name: 'install',
    summary: 'get a release and build it, for later',
    args: '[release]',
    shape: installShape,
    load: () => import('./install.js'),
  },
  {
    name: 'doctor',
    summary: 'check what redis-lab needs on this machine, and say what to do about what is missing',
    shape: doctorShape,
    load: () => import('./doctor.js'),
  },
]

export const errorStyle = (said: Readonly<Record<string, unknown>>): ErrorStyle => ({
  json: said['json'] === true,
  verbose: said['verbose'] === true,
})
