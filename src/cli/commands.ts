/** Every command: its name, arguments and options here; what it does in a file of its own, loaded when it is run. */
import type { Command } from './command.js'
import { cliShape, doctorShape, downShape, installShape, logsShape, lsShape, statusShape, upShape } from './shapes.js'

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
