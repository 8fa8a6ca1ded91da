/** What a node that is down tells of itself: its nodes.conf, as it wrote it when it last ran. */
import { readFileSync } from 'node:fs'
import { nodeFiles } from '../paths.js'
import { isMyself, parseNodes, type NodeLine } from './nodes-text.js'

/** Undefined where the file is missing or damaged: that is for whoever starts the node to judge. */
export function ownLineOnDisk(dir: string): NodeLine | undefined {
  try {
    return parseNodes(readFileSync(nodeFiles.nodes(dir), 'utf8')).find(isMyself)
  } catch {
    return undefined
  }
}
