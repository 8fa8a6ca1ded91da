/** Which key lives on which node, asked of the lab as it is now. */
import { isIn, keyIn, slotOf, slotOfPrefix } from '../cluster/index.js'
import { LabError } from '../errors.js'
import { badInput } from '../spec/index.js'
import type { LabStatus, NodeStatus } from '../supervisor/index.js'
import { until } from '../util/until.js'

export class Keys {
  readonly #ask: () => Promise<LabStatus>
  #next = 0

  constructor(ask: () => Promise<LabStatus>) {
    this.#ask = ask
  }

  /** @throws LabError `not-ready` when no master that runs has it within the time */
  ownerOf(key: string, timeoutMs: number): Promise<NodeStatus> {
    const slot = slotOf(key)
    return this.#see(
      timeoutMs,
      `no master that runs owns slot ${slot} of ${JSON.stringify(key)}`,
      ({ role, state, slots, foreign }) => !foreign && role === 'master' && state === 'running' && isIn(slots, slot),
    )
  }

  /**
   * A new one each time.
   *
   * @throws LabError `not-ready` when the node has no slots within the time, `bad-input` when a hash tag puts all keys elsewhere
   */
  async on(name: string, prefix: string, timeoutMs: number): Promise<string> {
    const { slots } = await this.#see(
      timeoutMs,
      `${name} owns no slots`,
      (node) => node.name === name && node.role === 'master' && node.slots.length > 0,
    )
    const fixed = slotOfPrefix(prefix)
    if (fixed !== undefined && !isIn(slots, fixed))
      throw badInput(
        [`every key with the prefix ${JSON.stringify(prefix)} is in slot ${fixed}, which ${name} does not own`],
        'Leave out the hash tag, or take the node of lab.nodeFor().',
      )
    const { key, n } = keyIn(slots, prefix, this.#next)
    this.#next = n + 1
    return key
  }

  /** Asks for the status until it shows such a node. */
  async #see(timeoutMs: number, missing: string, isIt: (node: NodeStatus) => boolean): Promise<NodeStatus> {
    let last: LabStatus | undefined
    const look = async () => {
      last = await this.#ask()
      return last.nodes.find(isIt)
    }
    const found = await until(look, { deadline: Date.now() + timeoutMs, pollMs: 20 })
    if (found) return found
    const seen = (last?.nodes ?? []).map(({ name, role, state, slots }) => {
      const what = slots.length > 0 ? slots.map((range) => range.join('-')).join(' ') : 'no slots'
      return `${name}: ${role}, ${state}, ${what}`
    })
    throw new LabError({ code: 'not-ready', message: missing, details: [...seen, ...(last?.ready.reasons ?? [])] })
  }
}
