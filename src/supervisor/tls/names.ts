/** Under which names and addresses a client may come to a node: this machine's own, and what nodes listen on or announce. Pure. */
import { isIP } from 'node:net'
import { readWords, type Directive } from '../../spec/index.js'

export interface Names {
  readonly hosts: readonly string[]
  readonly addresses: readonly string[]
}

/** What Redis takes for the name of a host. */
const hostName = /^[a-z0-9][a-z0-9.-]*$/i
const everywhere = ['0.0.0.0', '::']

export function namesOf(set: readonly Directive[]): Names {
  const lastOf = (name: string) => readWords(set.findLast((directive) => directive.name === name)?.value ?? '') ?? []
  const bound = lastOf('bind').map((word) => word.replace(/^-/, ''))
  const addresses = [...bound, ...lastOf('cluster-announce-ip')].filter((word) => isIP(word) !== 0)
  const hosts = lastOf('cluster-announce-hostname').filter((word) => hostName.test(word) && isIP(word) === 0)
  return {
    hosts: [...new Set(['localhost', ...hosts])],
    addresses: [...new Set(['127.0.0.1', '::1', ...addresses])].filter((address) => !everywhere.includes(address)),
  }
}
