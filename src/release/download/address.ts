/** Which addresses may be fetched from: https anywhere, plain http on this machine only. */
import { isIP } from 'node:net'
import { LabError } from '../../errors.js'

export const officialBase = 'https://download.redis.io/releases/'

/** @throws LabError `bad-input` when REDIS_LAB_MIRROR is no address that may be used */
export function releaseUrl(version: string, mirror: string | undefined): URL {
  const base = mirror || officialBase
  const url = URL.canParse(base) ? new URL(base) : undefined
  const problem = url ? addressProblem(url) : 'it is not an address'
  if (!url || problem) {
    throw new LabError({
      code: 'bad-input',
      message: `REDIS_LAB_MIRROR "${base}" cannot be used: ${problem}`,
      hint: 'Give the https address of a folder that holds redis-<version>.tar.gz.',
    })
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  url.pathname += `redis-${version}.tar.gz`
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
