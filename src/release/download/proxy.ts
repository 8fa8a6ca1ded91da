/**
 * Which proxy an address is reached through, by the usual environment names in either case.
 *
 * Known packages for this read the environment of the process by themselves. Here the environment is passed in, and whoever
 * passes one must be able to rely on it, so the few rules are written out.
 */
import type { Environment } from '../context.js'

/** @returns undefined for a direct connection */
export function proxyFor(url: URL, env: Environment): URL | undefined {
  const read = (name: string) => env[name.toLowerCase()] || env[name.toUpperCase()] || undefined
  const scheme = url.protocol.slice(0, -1)
  const given = read(`${scheme}_proxy`) ?? read('all_proxy')
  if (given === undefined || isExempt(url, read('no_proxy') ?? '')) return undefined
  const address = given.includes('://') ? given : `http://${given}`
  return URL.canParse(address) ? new URL(address) : undefined
}

/** NO_PROXY: hosts and domains (`a.example` and `.a.example` both cover `x.a.example`), `*` for all, each with an optional port. */
function isExempt(url: URL, list: string): boolean {
  const host = url.hostname.toLowerCase()
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((rule) => rule !== '')
    .some((rule) => {
      const [, name = '', rulePort] =
        /^(.*?)(?::(\d+))?$/.exec(/^[\da-f]*:[\da-f:]*$/.test(rule) ? `[${rule}]` : rule) ?? []
      if (rulePort !== undefined && rulePort !== port) return false
      const domain = name.replace(/^\*?\./, '')
      return domain === '*' || host === domain || host.endsWith(`.${domain}`)
    })
}
