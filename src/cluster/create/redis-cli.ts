/** The plain creator: `redis-cli --cluster create`, as everybody does it by hand. A kept cluster joins by itself. */
import { appendFileSync } from 'node:fs'
import { LabError } from '../../errors.js'
import { cliAccess } from '../../node/index.js'
import { compareVersions } from '../../release/index.js'
import { commandFor } from '../../spec/index.js'
import { until } from '../../util/until.js'
import { askForeignOwners } from '../foreign.js'
import type { Server } from '../member.js'
import { isMaster, isMyself } from '../nodes-text.js'
import { isAtLeast } from '../ready.js'
import { startClimb, type Climb } from '../climb.js'
import { askNodes } from '../view.js'
import { waitReady } from '../wait.js'
import type { ClusterCreator, FormContext } from './creator.js'
import { patiently } from './patiently.js'
import { startServers } from './start.js'

export const redisCliCreator: ClusterCreator = {
  name: 'redis-cli',

  async form(context: FormContext): Promise<Climb> {
    const { servers, shape, kept, heirs = new Map<Server, Server>() } = context
    await startServers(
      servers.filter((server) => !heirs.has(server)),
      context,
    )
    for (const [master, heir] of heirs) await takeOver(heir, master, context)
    await startServers([...heirs.keys()], context)
    if (kept) await requireForeignOwners(context)
    else {
      await create(context)
      await assignReplicas(context)
    }
    context.onFormed()
    return waitReady(servers, shape, context)
  },
}

/**
 * Before a master starts that has lost its data: it finds its place taken, and becomes a replica.
 *
 * @throws LabError `create-failed`
 */
async function takeOver(
  heir: Server,
  master: Server,
  { servers, heirs, deadline, signal }: FormContext,
): Promise<void> {
  await (await heir.client()).call('CLUSTER', 'FAILOVER', 'TAKEOVER')
  const others = servers.filter((server) => !heirs?.has(server))
  const seesIt = async (server: Server) =>
    (await askNodes(server)).some((line) => line.port === heir.port && isMaster(line) && line.slots.length > 0)
  // An answer that is late or lost is asked for again.
  const allSee = async () =>
    (await Promise.all(others.map((server) => seesIt(server).catch(() => false)))).every(Boolean) || undefined
  if (await until(allSee, { deadline, pollMs: 50, signal })) return
  const message = `${heir.name} could not take the place of ${master.name}, whose data is missing`
  throw new LabError({ code: 'create-failed', message })
}

/**
 * Slots may belong to a node that is not of the lab. Nothing here can start it, so there is nothing to wait for.
 *
 * @throws LabError `not-ready`
 */
async function requireForeignOwners({ servers, shape, level }: FormContext): Promise<void> {
  if (!isAtLeast(level, 'agreed')) return
  const climb = startClimb(servers, shape)
  const [first] = servers
  if (first) climb.views.set(first, await askNodes(first))
  const away = [...(await askForeignOwners(climb)).values()].filter(({ answers }) => !answers)
  if (away.length === 0) return
  const lab = first?.lab ?? ''
  throw new LabError({
    code: 'not-ready',
    message: 'slots of this cluster belong to a node that is not of this lab and does not answer',
    hint: `Start that node first. Without it: ${commandFor(lab, 'up', '--wait', 'alive')}, then ${commandFor(lab, 'cli', '--', '--cluster', 'fix', `127.0.0.1:${first?.port ?? ''}`)} gives its slots to other nodes.`,
    details: away.map(({ reason }) => reason),
  })
}

/** The newest of those that the servers came with: it knows what all of them say. */
const cliFor = ({ build, servers }: FormContext): string =>
  [build, ...servers.map((server) => server.build)].reduce((best, one) =>
    compareVersions(one.version, best.version) > 0 ? one : best,
  ).cli

async function create(context: FormContext): Promise<void> {
  const { access, nodes, shape, logFile, deadline, signal } = context
  const { runCommand } = await import('../../util/command.js')
  // The first ones become masters: redis-cli keeps the order when all addresses share one host.
  const addresses = nodes.map((node) => `127.0.0.1:${node.port}`)
  const perMaster = String(shape.replicas / shape.masters)
  const { args: credentials, env } = cliAccess(access)
  const args = [...credentials, '--cluster', 'create', ...addresses, '--cluster-replicas', perMaster, '--cluster-yes']
  const onLine = (line: string) => appendFileSync(logFile, `${line}\n`)
  try {
    // It has no deadline of its own and waits for ever for a node that cannot be reached: nor may it outlive a supervisor that
    // is killed.
    const timeoutMs = Math.max(1, deadline - Date.now())
    await runCommand(cliFor(context), args, { env, timeoutMs, signal, onLine, tethered: true })
  } catch (error) {
    signal.throwIfAborted()
    const failure = LabError.from(error)
    throw new LabError(
      {
        code: 'create-failed',
        message: `redis-cli could not create the cluster: ${failure.message}`,
        hint: 'What it said stands above.',
        details: [...failure.details, `output: ${logFile}`],
      },
      { cause: error },
    )
  }
}

/** redis-cli deals replicas out by chance where all nodes share one host: each gets the master that it was planned for. */
async function assignReplicas(context: FormContext): Promise<void> {
  const { nodes, servers } = context
  const views = await Promise.all(servers.map((server) => patiently([server], context, () => askNodes(server))))
  const own = views.map((lines) => lines.find(isMyself))
  const ids = new Map(nodes.map((node, index) => [node.name, own[index]?.id]))
  await Promise.all(
    nodes.map(async ({ name, masterName = '' }, index) => {
      const planned = ids.get(masterName)
      if (planned === undefined || own[index]?.masterId === planned) return
      const server = servers[index]
      if (!server) return
      const replicate = async () => (await server.client()).call('CLUSTER', 'REPLICATE', planned)
      await patiently([server], context, replicate).catch((error: Error) => {
        throw new LabError({
          code: 'create-failed',
          message: `${name} did not become a replica of ${masterName}: ${error.message}`,
        })
      })
    }),
  )
}
