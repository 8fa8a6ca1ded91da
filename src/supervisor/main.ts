/**
 * The supervisor's process: detached, one per lab.
 *
 * Its caller holds the other end of descriptor 3: the order comes in there, events go out. The process ends when the lab does:
 * by the control API, by the caller (`stop`, or its death while the lab is leased or not yet ready), by a signal, or because
 * the lab's folder was deleted.
 */
import net from 'node:net'
import process from 'node:process'
import { LabError } from '../errors.js'
import { labFiles, labLock, portsDir } from '../paths.js'
import { releasePorts } from '../node/index.js'
import { clearDeadLock } from '../util/lock.js'
import type { ControlServer } from './api.js'
import { Channel, type FromSupervisor, type Order, type ToSupervisor } from './channel.js'
import { claimFolder } from './claim.js'
import { Events } from './events.js'
import { deleteLab, finishDeletion, keepEvidence, watchFolder } from './folder.js'
import { Journal } from './journal.js'
import { Supervisor } from './supervisor.js'
import { startWatchdog } from './watchdog.js'

/** What there is to look after: nothing before the order, and for a new lab not before its folder is ours. */
interface Charge {
  readonly order: Order
  readonly journal: Journal
  readonly supervisor: Supervisor
}

let charge: Charge | undefined
let control: Promise<ControlServer | undefined> | undefined
let sayInOrder: (() => Promise<void>) | undefined
let ready = false
let ending = false

const channel = new Channel<FromSupervisor, ToSupervisor>(new net.Socket({ fd: 3, readable: true, writable: true }), {
  onMessage: (message) => {
    // One supervisor, one lab: whoever orders another is not heard.
    if ('order' in message && !charge && !ending) begin(message.order)
    else if ('stop' in message) end(message.stop.reason)
  },
  onClose: (reason) => {
    if (charge && !charge.order.leased && ready) return
    // Whoever hangs up while the lab is on its way down does not want to wait: a second Ctrl-C.
    if (ending) void charge?.supervisor.killAll()
    else end(reason ? `the line to the caller broke: ${reason.message}` : 'the caller is gone')
  },
})

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
  process.on(signal, () => end(`the supervisor got ${signal}`))
// A defect of ours must not leave servers behind: its trace goes to supervisor.log, and the lab goes down in order.
for (const defect of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(defect, (error: unknown) => {
    const trace = (error instanceof Error ? error.stack : undefined) ?? String(error)
    if (charge) charge.journal.add(trace)
    else console.error(trace)
    end('the supervisor met a defect')
  })
}

function begin(order: Order): void {
  const { record, places, access } = order
  process.title = `redis-lab: ${record.name}`
  // What CONFIG REWRITE and ACL SAVE make anew has passwords in it, or what they can be guessed from.
  if (access.user) process.umask(0o077)
  try {
    if (order.origin.kind === 'new') claimFolder(places, order)
  } catch (thrown) {
    ending = true
    channel.send({ failed: LabError.from(thrown).toJSON() })
    void leave(order)
    return
  }
  const journal = new Journal(labFiles.supervisorLog(record.dir))
  const events = new Events(journal)
  events.listen((event) => channel.send({ event }))
  charge = { order, journal, supervisor: new Supervisor(order, events.emit) }
  void form(charge, events)
}

async function form({ order, journal, supervisor }: Charge, events: Events): Promise<void> {
  const { record, places } = order
  const started = supervisor.start()
  if (order.leased) sayInOrder = startWatchdog({ places, dir: record.dir, name: record.name })
  // The server is loaded while the cluster forms: both take their time, and neither needs the other yet.
  control = import('./api.js').then(({ serveControl }) =>
    serveControl(order.socket, {
      status: () => supervisor.status(),
      stop: (reason) => stopThenEnd(supervisor, reason),
      verb: (...words) => supervisor.attendance.verb(...words),
      failover: (...words) => supervisor.attendance.failover(...words),
      waitFor: (...words) => supervisor.attendance.waitFor(...words),
      awaitFailover: (...words) => supervisor.attendance.awaitFailover(...words),
      snapshot: (options) => supervisor.attendance.snapshot(options),
      reset: (options) => supervisor.reset(options),
      upgrade: (order) => supervisor.upgrade(order),
      listen: (listener) => events.listen(listener),
    }),
  )
  control.catch(() => {})
  try {
    const [status] = await Promise.all([started, control])
    ready = true
    watchFolder(record.dir, () => {
      journal.letGo()
      end('its folder was deleted')
    })
    channel.send({ ready: status })
    supervisor.keepBaseline()
  } catch (thrown) {
    if (ending) return
    ending = true
    await started.catch(() => {})
    await supervisor.stop('the start failed').catch(() => {})
    channel.send({ failed: withEvidence(order, LabError.from(thrown)).toJSON() })
    await leave(order)
  }
}

/** A fresh lab that could not be made leaves nothing but its evidence. What an earlier run left is not this run's to delete. */
function withEvidence(order: Order, failure: LabError): LabError {
  if (order.origin.kind !== 'new' || failure.code === 'interrupted') return failure
  const { record, places } = order
  let kept: string
  try {
    kept = keepEvidence(places, record)
  } catch {
    // What went wrong first is what counts, with or without its evidence.
    return failure
  }
  const details = failure.details.map((line) => line.replaceAll(record.dir, kept))
  return new LabError({ ...failure.toJSON(), details: [...details, `logs: ${kept}`] }, { cause: failure })
}

/** For the control API: the answer goes out before the process does. */
async function stopThenEnd(supervisor: Supervisor, reason: string): Promise<void> {
  await supervisor.stop(reason)
  setImmediate(end, reason)
}

function end(reason: string): void {
  if (ending) return
  ending = true
  void (async () => {
    try {
      await charge?.supervisor.stop(reason)
      channel.send({ stopped: true })
    } catch (thrown) {
      channel.send({ failed: LabError.from(thrown).toJSON() })
    }
    await leave(charge?.order)
  })()
}

async function leave(order: Order | undefined): Promise<void> {
  try {
    const server = await control?.catch(() => undefined)
    await server?.close()
    if (order) await tidy(order)
    await sayInOrder?.()
  } finally {
    // Whatever could not be deleted: nobody may wait for a supervisor that has nothing left to look after.
    channel.close(() => process.exit())
  }
}

async function tidy({ record, places, holder, origin }: Order): Promise<void> {
  releasePorts(
    record.nodes.map(({ port }) => port),
    { dir: portsDir(places), holder },
  )
  if (charge && (record.spec.ephemeral || (!ready && origin.kind === 'new'))) deleteLab(places, record)
  else await finishDeletion(places, record)
  // A caller that was killed while the lab began holds the lock of the name for ever.
  clearDeadLock(labLock(places, record.name))
}
