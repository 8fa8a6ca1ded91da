/** One request over http(s): the only door to node-fetch and the proxy agents. */
import type { Agent } from 'node:http'
import { addressProblem, printable } from './address.js'
import { proxyFor } from './proxy.js'

export interface Answer {
  readonly status: number
  /** Where the answer came from in the end, after redirects. */
  readonly url: string
  readonly header: (name: string) => string | undefined
  readonly body: AsyncIterable<Uint8Array>
}

export interface FetchOptions {
  readonly method?: 'GET' | 'HEAD'
  readonly headers?: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
}

/** The server sends us somewhere we do not go. Not a matter of trying again. */
export class RedirectRefused extends Error {}

const mostRedirects = 5

/**
 * Follows redirects, looking at each address before it is asked.
 *
 * @throws RedirectRefused; Error with the reason in words when there was no answer
 */
export async function openUrl(
  start: URL,
  { method = 'GET', headers = {}, env, signal }: FetchOptions,
): Promise<Answer> {
  const { default: fetch } = await import('node-fetch')
  let url = start
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const proxy = await proxyAgent(url, { env, signal })
    // Any content coding would have us hash and count other bytes than those that were published.
    const init = {
      method,
      headers: { ...headers, 'accept-encoding': 'identity' },
      compress: false,
      redirect: 'manual',
      signal,
    } as const
    const response = await fetch(url, { ...init, ...(proxy && { agent: proxy.agent }) }).catch((error: unknown) => {
      throw new Error(describeFailure(error, proxy?.name))
    })
    const body = (response.body ?? []) as unknown as AsyncIterable<Uint8Array>
    // The agent passes the proxy's refusal on as if the host had said it.
    if (proxy?.refusal()) {
      discard(response.body)
      throw new Error(`the proxy ${proxy.name} refused: status ${proxy.refusal()}`)
    }
    const location = response.headers.get('location')
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null) {
      const header = (name: string) => response.headers.get(name) ?? undefined
      return { status: response.status, url: printable(url), header, body }
    }
    discard(response.body)
    url = nextAddress(location, url)
  }
  throw new RedirectRefused(`${printable(start)} redirects more than ${mostRedirects} times`)
}

function nextAddress(location: string, from: URL): URL {
  const next = URL.canParse(location, from.href) ? new URL(location, from) : undefined
  const problem = next ? addressProblem(next) : 'it is not an address'
  if (next && !problem) return next
  throw new RedirectRefused(
    `${printable(from)} redirects to ${next ? printable(next) : location}, which is refused: ${problem}`,
  )
}

interface Proxy {
  readonly agent: Agent
  readonly name: string
  /** The status with which it refused to connect. */
  refusal(): number | undefined
}

async function proxyAgent(url: URL, { env, signal }: Pick<FetchOptions, 'env' | 'signal'>): Promise<Proxy | undefined> {
  const proxy = proxyFor(url, env)
  if (!proxy) return undefined
  const name = printable(proxy)
  if (url.protocol === 'http:') {
    const { HttpProxyAgent } = await import('http-proxy-agent')
    return { agent: new HttpProxyAgent(proxy, { signal }), name, refusal: () => undefined }
  }
  const { HttpsProxyAgent } = await import('https-proxy-agent')
  // While it waits for the proxy's word it does not hear of an abort, and its connection would keep the process alive.
  const agent = new HttpsProxyAgent(proxy, { signal })
  let status: number | undefined
  agent.on('proxyConnect', (answer: { statusCode: number }) => (status = answer.statusCode))
  return { agent, name, refusal: () => (status === undefined || status === 200 ? undefined : status) }
}

/** An answer that nobody reads would keep its connection. */
function discard(body: unknown): void {
  ;(body as { destroy?: () => void } | null)?.destroy?.()
}

const plain: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name cannot be resolved',
  EAI_AGAIN: 'its name cannot be resolved at the moment',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'there is no way to the host',
  ENETUNREACH: 'there is no way to the network',
  ERR_STREAM_PREMATURE_CLOSE: 'the connection broke off',
}

/** In words, from whatever a failed request or body throws. */
export function describeFailure(error: unknown, proxyName?: string): string {
  const { code, message } = error as { code?: string; message?: string }
  const words = plain[code ?? ''] ?? (message ?? String(error)).replace(/^request to \S+ failed, reason: /, '')
  return proxyName ? `through the proxy ${proxyName}: ${words}` : words
}
