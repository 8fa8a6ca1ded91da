/** NODE as people say it: a port, a name (m1, r1), or the beginning of an id. Pure. */
import { LabError } from '../errors.js'

interface Named {
  readonly name: string
  readonly port: number
  readonly id: string | null
}

/** @throws LabError `node-not-found`, also when a prefix fits several ids */
export function resolveNode<Node extends Named>(
  { nodes, name: lab }: { readonly nodes: readonly Node[]; readonly name: string },
  said: string,
): Node {
  const exact = nodes.find((node) => node.name === said || String(node.port) === said)
  if (exact) return exact
  const fitting = /^[0-9a-f]{2,40}$/.test(said) ? nodes.filter((node) => node.id?.startsWith(said)) : []
  const [only] = fitting
  if (only && fitting.length === 1) return only
  throw new LabError({
    code: 'node-not-found',
    message:
      fitting.length > 1
        ? `${fitting.length} nodes have an id that begins with ${said}`
        : `the lab "${lab}" has no node ${JSON.stringify(said)}`,
    hint: `A node is a port, a name or the beginning of an id. There is: ${nodes.map((node) => `${node.name} (${node.port})`).join(', ')}`,
  })
}
