/** What it takes to talk to the nodes of a new lab. */
import type { Access } from '../node/index.js'
import { clientTls } from '../paths.js'
import type { LabSpec } from '../spec/index.js'

/** The certificates themselves are made by the supervisor, once the folder is the lab's. */
export const accessFor = ({ tls }: Pick<LabSpec, 'tls'>, dir: string): Access => ({
  ...(tls && { tls: clientTls(dir) }),
})
