/** The connection that listens to a lab, against a supervisor that only tells events. */
import http from 'node:http'
import { afterEach, expect, test, vi } from 'vitest'
import type { TimedEvent } from '../../../src/events.js'
import { Subscription } from '../../../src/lab/subscription.js'
import { useTempDir } from '../support.js'

const temp = useTempDir()
const at = '2025-01-02T03:04:05.678Z'

class FakeSupervisor {
  readonly #server = http.createServer((_, response) => {
    response.writeHead(200)
    response.flushHeaders()
    this.#streams.add(response)
    response.once('close', () => this.#streams.delete(response))
  })
  readonly #streams = new Set<http.ServerResponse>()

  get listeners(): number {
    return this.#streams.size
  }

  listen(socket: string): Promise<void> {
    return new Promise((resolve) => this.#server.listen(socket, resolve))
  }

  tell(reason: string): void {
    for (const stream of this.#streams) stream.write(`${JSON.stringify({ at, type: 'lab-stopping', reason })}\n`)
  }

  end(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }
}

const open: { close(): void }[] = []
const running: FakeSupervisor[] = []
afterEach(async () => {
  for (const one of open.splice(0)) one.close()
  await Promise.all(running.splice(0).map((one) => one.end()))
})

async function supervisor(): Promise<FakeSupervisor> {
  const one = new FakeSupervisor()
  await one.listen(temp('lab.sock'))
  running.push(one)
  return one
}

function listen(): { heard: string[]; subscription: Subscription } {
  const heard: string[] = []
  const tell = (event: TimedEvent) => heard.push('reason' in event ? event.reason : '')
  const subscription = new Subscription(() => temp('lab.sock'), tell)
  open.push(subscription)
  return { heard, subscription }
}

const soon = (what: () => void | Promise<void>) => vi.waitFor(what, 10_000)

test('events are delivered once open() resolves, over one connection', async () => {
  const lab = await supervisor()
  const { heard, subscription } = listen()
  await Promise.all([subscription.open(), subscription.open()])
  await subscription.open()
  expect(lab.listeners).toBe(1)
  lab.tell('one')
  await soon(() => expect(heard).toEqual(['one']))
})

test('close() ends the connection, and open() begins another one', async () => {
  const lab = await supervisor()
  const { heard, subscription } = listen()
  await subscription.open()
  subscription.close()
  await soon(() => expect(lab.listeners).toBe(0))
  await subscription.open()
  lab.tell('again')
  await soon(() => expect(heard).toEqual(['again']))
})

test('closed while it connects, nothing stays open', async () => {
  const lab = await supervisor()
  const { subscription } = listen()
  const opening = subscription.open()
  subscription.close()
  await opening
  await soon(() => expect(lab.listeners).toBe(0))
})

test('where nobody listens open() resolves all the same, and a supervisor that comes is heard', async () => {
  const { heard, subscription } = listen()
  await subscription.open()
  const lab = await supervisor()
  await soon(() => expect(lab.listeners).toBe(1))
  lab.tell('late')
  await soon(() => expect(heard).toEqual(['late']))
})

test('a supervisor that takes the place of another is heard, at once where somebody asks', async () => {
  const first = await supervisor()
  const { heard, subscription } = listen()
  await subscription.open()
  first.tell('first')
  await soon(() => expect(heard).toEqual(['first']))
  await first.end()
  running.splice(0)
  const second = await supervisor()
  await soon(async () => {
    await subscription.open()
    expect(second.listeners).toBe(1)
  })
  second.tell('second')
  await soon(() => expect(heard).toEqual(['first', 'second']))
})
