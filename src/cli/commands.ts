/** Every command: its name, arguments and options here, and what it does in a file of its own. */
import { run as cache } from './cache.js'
import { run as cli } from './cli.js'
import { run as config } from './config.js'
import { nodeVerbs } from '../supervisor/index.js'
import type { Command } from './command.js'
import { run as doctor } from './doctor.js'
import { run as down } from './down.js'
import { run as install } from './install.js'
import { run as failover } from './failover.js'
import { run as logs } from './logs.js'
import { run as ls } from './ls.js'
import { run as prune } from './prune.js'
import { run as snapshot } from './snapshot.js'
import { run as reset } from './reset.js'
import { run as status } from './status.js'
import { run as up } from './up.js'
import { run as upgrade } from './upgrade.js'
import { run as versions } from './versions.js'
import { run as wait } from './wait.js'
import {
  cacheShape,
  cliShape,
  configShape,
  doctorShape,
  downShape,
  failoverShape,
  installShape,
  killShape,
  logsShape,
  lsShape,
  pruneShape,
  snapshotShape,
  resetShape,
  statusShape,
  upgradeShape,
  upShape,
  verbShape,
  versionsShape,
  waitShape,
} from './shapes.js'
import { runVerb, verbSummaries } from './verb.js'

export const commands: readonly Command[] = [
  {
    name: 'up',
    summary: 'start a cluster, and return when it is proven ready',
    shape: upShape,
    run: up,
  },
  {
    name: 'down',
    summary: 'take a cluster down; its data stays unless --purge is given',
    shape: downShape,
    run: down,
  },
  {
    name: 'status',
    summary: 'ask every node of a lab how it is',
    shape: statusShape,
    run: status,
  },
  {
    name: 'wait',
    summary: 'wait until a level of readiness is proven',
    shape: waitShape,
    run: wait,
  },
  { name: 'ls', summary: 'list the labs of this machine', shape: lsShape, run: ls },
  ...nodeVerbs.map((verb): Command => ({
    name: verb,
    summary: verbSummaries[verb],
    args: '<nodes...>',
    shape: verb === 'kill' ? killShape : verbShape,
    run: runVerb(verb),
  })),
  {
    name: 'failover',
    summary: "a replica takes its master's place; returns when every node agrees. Of a master, its best replica does",
    args: '<node>',
    shape: failoverShape,
    run: failover,
  },
  {
    name: 'snapshot',
    summary:
      'save: the data of a lab as of one moment, under a name, for up --from; ls: list them; rm: delete them by name',
    args: '<action> [names...]',
    shape: snapshotShape,
    run: snapshot,
  },
  {
    name: 'reset',
    summary: 'bring a lab back to its planned topology and empty it, undoing what differs; for between two tests',
    shape: resetShape,
    run: reset,
  },
  {
    name: 'upgrade',
    summary:
      'bring a running lab to another release, node by node through failovers, without losing a write that WAIT has seen acknowledged',
    shape: upgradeShape,
    run: upgrade,
  },
  {
    name: 'prune',
    summary:
      'clear what is dead: servers without a supervisor, labs that never came to be, locks and sockets of nobody',
    shape: pruneShape,
    run: prune,
  },
  {
    name: 'logs',
    summary: 'show the log of one node, or of all, each line with its node; "supervisor" is a node too',
    args: '[node]',
    shape: logsShape,
    run: logs,
  },
  {
    name: 'cli',
    summary: 'redis-cli on a node of the lab, following redirections; its exit code is kept',
    args: '[node]',
    rest: 'ARGS…',
    shape: cliShape,
    run: cli,
  },
  {
    name: 'install',
    summary: 'get a release and build it, for later',
    args: '[release]',
    shape: installShape,
    run: install,
  },
  {
    name: 'versions',
    summary: 'list the releases that can be had by their version, what is built, and what forms a cluster instantly',
    shape: versionsShape,
    run: versions,
  },
  {
    name: 'cache',
    summary:
      'ls: the builds, their size, last use and labs; rm: remove builds by their key; prune: remove those that no lab uses and that nobody has used for long',
    args: '<action> [keys...]',
    shape: cacheShape,
    run: cache,
  },
  {
    name: 'config',
    summary:
      'show what a lab would be made from here, and for each value who said it: flag, environment, config file, default',
    shape: configShape,
    run: config,
  },
  {
    name: 'doctor',
    summary: 'check what redis-lab needs on this machine, and say what to do about what is missing',
    shape: doctorShape,
    run: doctor,
  },
]
