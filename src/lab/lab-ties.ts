/**
 * What connects a handle with its lab: how its supervisor is reached, how events come, and how the lab ends. There are two kinds,
 * for a lab that this process holds the lease of and for one that another process started.
 */
import { LabError } from '../errors.js'
import type { TimedEvent } from '../events.js'
import type { Places } from '../paths.js'
import type { LabStatus } from '../supervisor/index.js'
import type { Reach } from './control.js'
import type { SupervisorLine } from './line.js'
import { Listeners, type EventType } from './listeners.js'
import { Subscription } from './subscription.js'

export interface LabTies {
  readonly places: Places
  /** For what is looked up when a release is to be had. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly reach: Reach
  readonly end: () => Promise<unknown>
  /** @returns what ends it */
  readonly listen: (type: EventType | '*', listener: (event: TimedEvent) => void) => () => void
  /** Resolves once those who listen hear of what is asked next. */
  readonly listening: () => Promise<void>
}

type Surroundings = Pick<LabTies, 'places' | 'env'>

/** `endRest` ends what a supervisor that was killed has left behind. */
export function leasedTies(
  status: LabStatus,
  line: SupervisorLine,
  { listeners, endRest, ...rest }: Surroundings & { listeners: Listeners; endRest: () => Promise<unknown> },
): LabTies {
  const socket = status.supervisor?.socket ?? ''
  let stopped = false
  return {
    ...rest,
    reach: (ask) => orExplain(ask(socket), () => goneWithLease(status.name, stopped)),
    // They are told over the line from the beginning.
    listening: async () => {},
    listen: (type, listener) => listeners.add(type, listener),
    end: async () => {
      stopped = true
      try {
        await line.stop('lab.stop()')
      } catch (error) {
        if (LabError.from(error).code !== 'supervisor-failed') throw error
        await endRest()
      }
    },
  }
}

/**
 * @param revive gives the lab a supervisor again where its own has died, and returns its socket; without it nobody is to adopt
 *   the lab, because another process holds its lease
 * @throws LabError whatever revive throws for a lab that is stopped or gone
 */
export function sharedTies(
  status: LabStatus,
  { end, revive, ...rest }: Surroundings & { end: () => Promise<unknown>; revive?: () => Promise<string> },
): LabTies {
  let socket = status.supervisor?.socket ?? ''
  const listeners = new Listeners()
  const subscription = new Subscription(() => socket, listeners.tell)
  return {
    ...rest,
    end,
    reach: async (ask, { changesNothing } = { changesNothing: false }) => {
      try {
        return await ask(socket)
      } catch (error) {
        const canAskAgain = changesNothing ? isUnreached(error) || isCutOff(error) : isUnreached(error)
        if (!revive || !canAskAgain) throw error
      }
      socket = await revive()
      if (listeners.count > 0) await subscription.open()
      return ask(socket)
    },
    listening: async () => {
      if (listeners.count > 0) await subscription.open()
    },
    listen: (type, listener) => {
      const end = listeners.add(type, listener)
      void subscription.open()
      return () => {
        end()
        if (listeners.count === 0) subscription.close()
      }
    },
  }
}

/** Nobody listens on the socket: nothing was asked, and it can be asked again. */
const isUnreached = (error: unknown): boolean => ['ECONNREFUSED', 'ENOENT'].includes(systemCodeOf(error))

/** The supervisor was there, and ended before it answered. */
const isCutOff = (error: unknown): boolean => ['ECONNRESET', 'EPIPE'].includes(systemCodeOf(error))

function systemCodeOf(error: unknown): string {
  const { code, cause } = LabError.from(error)
  return code === 'supervisor-failed' ? String((cause as { code?: unknown } | undefined)?.code) : ''
}

async function orExplain<Answer>(answer: Promise<Answer>, explain: () => LabError): Promise<Answer> {
  try {
    return await answer
  } catch (error) {
    throw isUnreached(error) || isCutOff(error) ? new LabError(explain().toJSON(), { cause: error }) : error
  }
}

const goneWithLease = (name: string, stopped: boolean): LabError =>
  stopped
    ? new LabError({
        code: 'lab-not-found',
        message: `the lab "${name}" is stopped: lab.stop() was called`,
        hint: 'Start another one with startLab().',
      })
    : new LabError({
        code: 'supervisor-failed',
        message: `the supervisor of the lab "${name}" is gone, and the lab ends with it`,
        hint: 'lab.stop() waits until nothing of it is left; startLab() starts another one.',
      })
