/**
 * What is set otherwise while a cluster forms, and how it is put back.
 *
 * TICKS. serverCron runs `hz` times a second, and clusterCron, which connects nodes and pings them, every 100 ms of it. But
 * that interval is counted in runs of serverCron (`run_with_period` in server.h): with an hz from 11 to 19 every run counts.
 * So a server that idles at a high hz and is then told hz 19 runs its clusterCron within one short run: a tick on demand,
 * asked for when everybody is there to be connected, instead of one that comes when it comes and finds half of them. With hz 1
 * even the replication cron, once a second otherwise, runs at once; the next run of anything is then a second away.
 *
 * SYNCHRONISATION. Without a disk in between, a replica's first acknowledgement can reach its master before the master has
 * noticed that the transfer is over; it is lost then, and the next one comes a second later. With a file there is no such race.
 */
import { readFileSync } from 'node:fs'
import os from 'node:os'
import { readDirective } from '../../../node/index.js'
import { nodeFiles } from '../../../paths.js'
import type { ConfigOverrides } from '../../config-override.js'
import type { Member, Server } from '../../member.js'

export const tickHz = 19
export const replicationTickHz = 1

/** While forming nobody is to be suspected, however busy the machine is. */
export const calmTimeoutMs = 60_000

/** Idle runs cost processor time, and many servers share the machine. */
export function idleHz(servers: number): number {
  const perProcessor = servers / os.availableParallelism()
  if (perProcessor <= 6) return 500
  return perProcessor <= 30 ? 100 : 40
}

/** What must hold from a server's first moment goes on its command line; with Redis's own defaults, to put them back. */
export interface BootSetting {
  readonly name: string
  readonly value: string
  readonly fallback: string
}

/** By server: what one engine boots with, another may not know. */
export type SettingsOf = (server: Server) => readonly BootSetting[]

export const bootSettings = (servers: number): BootSetting[] => [
  { name: 'hz', value: String(idleHz(servers)), fallback: '10' },
  { name: 'cluster-node-timeout', value: String(calmTimeoutMs), fallback: '15000' },
]

export const toArgs = (settings: readonly BootSetting[]): string[] =>
  settings.flatMap(({ name, value }) => [`--${name}`, value])

type Directives = Readonly<Record<string, string | number>>

export async function configure(servers: readonly Member[], directives: Directives): Promise<void> {
  const words = Object.entries(directives)
  await Promise.all(
    servers.map(async (server) => {
      const client = await server.client()
      await Promise.all(words.map(([name, value]) => client.call('CONFIG', 'SET', name, value)))
    }),
  )
}

/**
 * Sets what went on the command lines to what each node's redis.conf says, or to Redis's default. Where a node does not take it
 * now, `config` does it later. A server that is gone needs nothing: its next start reads its redis.conf.
 */
export async function putBack(
  servers: readonly Server[],
  settings: SettingsOf,
  config: Pick<ConfigOverrides, 'owe' | 'settle'>,
): Promise<void> {
  const outcomes = await Promise.all(
    servers.map(async (server) => {
      if (server.state === 'stopped' || server.state === 'stopping' || server.state === 'crashed') return true
      const conf = readConf(server)
      const originals = settings(server).map(
        ({ name, fallback }) => [name, readDirective(conf, name) ?? fallback] as const,
      )
      try {
        await configure([server], Object.fromEntries(originals))
        return true
      } catch {
        for (const [name, original] of originals) config.owe(server, name, original)
        return false
      }
    }),
  )
  if (outcomes.includes(false)) await config.settle()
}

/** Empty where the folder was deleted: Redis's own defaults are what is left then. */
function readConf({ dir }: Server): string {
  try {
    return readFileSync(nodeFiles.conf(dir), 'utf8')
  } catch {
    return ''
  }
}
