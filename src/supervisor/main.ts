/**
 * The supervisor's process: detached, one per lab.
 *
 * Its caller holds the other end of descriptor 3: the order comes in there, events go out. The process ends when the lab does:
 * by the control API, by the caller (`stop`, or its death while the lab is leased or not yet ready), or by a signal.
 */
import { appendFileSync } from 'node:fs'
import net from 'node:net'
import process from 'node:process'
import { LabError } from '../errors.js'
import type { LabEvent } from '../events.js'
import { labFiles } from '../paths.js'
import type { ControlServer } from './api.js'
import { Channel, type FromSupervisor, type Order, type ToSupervisor } from './channel.js'
import { deleteLab, keepEvidence } from './folder.js'
import { Journal } from './journal.js'
import { Supervisor } from './supervisor.js'

let order: Order | undefined
let supervisor: Supervisor | undefined
let control: Promise<ControlServer | undefined> | undefined
let ready = false
let ending = false

const channel = new Channel<FromSupervisor, ToSupervisor>(new net.Socket({ fd: 3, readable: true, writable: true }), {
  onMessage: (message) => {
    if ('order' in message) begin(message.order)
    else end(message.stop.reason)
  },
  onClose: () => {
    if (!order || order.leased || !ready) end('the caller is gone')
  },
})

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
  process.on(signal, () => end(`the supervisor got ${signal}`))
// A defect of ours must not leave servers behind: its trace goes to supervisor.log, and the lab goes down in order.
for (const defect of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(defect, (error: unknown) => {
    const trace = error instanceof Error ? error.stack : String(error)
    if (order) appendFileSync(labFiles.supervisorLog(order.record.dir), `${trace}\n`)
    else console.error(trace)
    end('the supervisor met a defect')
  })
}

function begin(received: Order): void {
  order = received
  process.title = `redis-lab: ${order.record.name}`
  const journal = new Journal(labFiles.supervisorLog(order.record.dir))
  const emit = (event: LabEvent) => {
    journal.write(event)
    channel.send({ event })
  }
  supervisor = new Supervisor(order, emit)
  void form(order, supervisor)
}

async function form(order: Order, supervisor: Supervisor): Promise<void> {
  const started = supervisor.start()
  // The server is loaded while the cluster forms: both take their time, and neither needs the other yet.
  control = import('./api.js').then(({ serveControl }) =>
    serveControl(order.socket, { status: () => supervisor.status(), stop: (reason) => stopThenEnd(reason) }),
  )
  control.catch(() => {})
  try {
    const [status] = await Promise.all([started, control])
    ready = true
    channel.send({ ready: status })
  } catch (thrown) {
    if (ending) return
    ending = true
    await started.catch(() => {})
    await supervisor.stop('the start failed').catch(() => {})
    channel.send({ failed: withEvidence(order, LabError.from(thrown)).toJSON() })
    await leave()
  }
}

/** A fresh lab that could not be made leaves nothing but its evidence. What an earlier run left is not this run's to delete. */
function withEvidence(order: Order, failure: LabError): LabError {
  if (order.resumed || failure.code === 'interrupted') return failure
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
async function stopThenEnd(reason: string): Promise<void> {
  await supervisor?.stop(reason)
  setImmediate(end, reason)
}

function end(reason: string): void {
  if (ending) return
  ending = true
  void (async () => {
    try {
      await supervisor?.stop(reason)
      channel.send({ stopped: true })
    } catch (thrown) {
      channel.send({ failed: LabError.from(thrown).toJSON() })
    }
    await leave()
  })()
}

async function leave(): Promise<void> {
  try {
    const server = await control?.catch(() => undefined)
    await server?.close()
    if (order && (order.record.spec.ephemeral || (!ready && !order.resumed))) deleteLab(order.places, order.record)
  } finally {
    // Whatever could not be deleted: nobody may wait for a supervisor that has nothing left to look after.
    channel.close(() => process.exit())
  }
}
