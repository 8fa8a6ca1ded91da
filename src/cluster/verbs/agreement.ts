/** Whether every node that can be asked sees who has taken whose place. */
import { canBeAsked, type Member } from '../member.js'
import { isMaster, isMyself } from '../nodes-text.js'
import { askNodes } from '../view.js'

export interface FailedOver {
  /** The new master, and the one before it. */
  readonly promoted: Member
  readonly demoted: Member
}

/** A line for each node that does not see it yet. */
export async function dissenters(
  members: readonly Member[],
  succession: FailedOver & { readonly slots: string },
): Promise<string[]> {
  const asked = await Promise.all(
    members.filter(canBeAsked).map(async (member) => {
      const dissent = await dissentOf(member, succession).catch((error: Error) => error.message)
      return dissent === undefined ? [] : [`${member.name} (port ${member.port}): ${dissent}`]
    }),
  )
  return asked.flat()
}

async function dissentOf(
  member: Member,
  { promoted, demoted, slots }: FailedOver & { readonly slots: string },
): Promise<string | undefined> {
  const all = await askNodes(member)
  const lines = all.filter((line) => !line.flags.includes('handshake'))
  const line = lines.find(({ port }) => port === promoted.port)
  if (!line || !isMaster(line)) return `it does not see ${promoted.name} as a master`
  if (line.slots.join(' ') !== slots) return `it sees ${promoted.name} without the slots of ${demoted.name}`
  if (lines.length < all.length) return 'it is about to meet somebody'
  const former = lines.find(({ port }) => port === demoted.port)
  const master = lines.find(isMyself)?.masterId
  if (former && master === former.id) return `it is still a replica of ${demoted.name}`
  if (!canBeAsked(demoted)) return undefined
  if (former && former.masterId !== line.id) {
    return isMyself(former)
      ? 'it is not a replica yet itself'
      : `it has not heard that ${demoted.name} is a replica now`
  }
  return undefined
}
