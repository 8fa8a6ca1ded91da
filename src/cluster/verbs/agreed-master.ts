/** Whether a node is a master already, so that a failover to it has nothing to do. */
import { canBeAsked, type Member } from '../member.js'
import { isMaster, troubleOf } from '../nodes-text.js'
import { askNodes } from '../view.js'

/**
 * It serves slots as a master, and every node that can be asked says so. A node that only says so of itself may have been away
 * while another one took its place.
 */
export async function isAgreedMaster(members: readonly Member[], target: Member): Promise<boolean> {
  if (!canBeAsked(target)) return false
  const views = await Promise.all(members.filter(canBeAsked).map((member) => askNodes(member).catch(() => [])))
  return views.every((lines) =>
    lines.some(
      (line) => line.port === target.port && isMaster(line) && line.slots.length > 0 && troubleOf(line) === undefined,
    ),
  )
}
