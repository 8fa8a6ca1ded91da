/** Which addresses may be fetched from: https anywhere, plain http on this machine only. */
import { isIP } from 'node:net'
import { LabError } from '../../errors.js'
import type { Build, OfficialRelease } from '../build.js'

/** Where each project publishes the tarball of a version. */
const official: Readonly<Record<Build['engine'], (version: string) => string>> = {
  redis: (version) => `https://download.redis.io/releases/redis-${version}.tar.gz`,
  valkey: (version) => `https://github.com/valkey-io/valkey/archive/refs/tags/${version}.tar.gz`,
}

/**
 * @param mirror a folder that holds `redis-<version>.tar.gz` and `valkey-<version>.tar.gz`, in the place of the projects' own
 * @throws LabError `bad-input` when REDIS_LAB_MIRROR is no address that may be used
 */
export function releaseUrl({ engine, version }: OfficialRelease, mirror: string | undefined): URL {
  if (!mirror) return new URL(official[engine](version))
  const url = URL.canParse(mirror) ? new URL(mirror) : undefined
  const problem = url ? addressProblem(url) : 'it is not an address'
  if (!url || problem) {
    throw new LabError({
      code: 'bad-input',
      message: `REDIS_LAB_MIRROR "${mirror}" cannot be used: ${problem}`,
      hint: 'Give the https address of a folder that holds redis-<version>.tar.gz.',
    })
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  url.pathname += `${engine}-${version}.tar.gz`
  return url
}

/** Why an address is refused, in words; undefined for one that is fine. */
export function addressProblem(url: URL): string | undefined {
  if (url.protocol === 'https:') return undefined
  if (url.protocol !== 'http:') return `${url.protocol.slice(0, -1)} is not https`
  return isLoopback(url.hostname) ? undefined : 'plain http is taken from this machine itself only'
}

function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '')
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

/** The address without a password in it. */
export function printable(url: URL): string {
  const shown = new URL(url)
  shown.username = ''
  shown.password = ''
  return shown.href
}
