/** The text of a node's redis.conf: the template, filled in, with the user's directives in place of the template's. */
import { readFileSync } from 'node:fs'
import { templatePath } from '../paths.js'
import { compareVersions, type Build } from '../release/index.js'
import { readWords, type Directive, type ModuleSpec } from '../spec/index.js'
import { openAccess, type Access, type TlsFiles } from './access.js'
import { authLines } from './auth.js'
import { quoteConfValue } from './quote.js'

export interface ConfInput {
  readonly lab: string
  readonly name: string
  readonly port: number
  readonly dir: string
  /** Lines of the template that its version would refuse are left out. */
  readonly build: Pick<Build, 'engine' | 'version'>
  readonly set: readonly Directive[]
  readonly modules?: readonly ModuleSpec[]
  /** The node's own certificate. Without it: plain TCP. */
  readonly tls?: TlsFiles
  readonly access?: Access
}

const templates = new Map<string, string>()

function templateLines(name: string): string[] {
  const text = templates.get(name) ?? readFileSync(templatePath(name), 'utf8')
  templates.set(name, text)
  return text.trimEnd().split('\n')
}

export function renderConf(input: ConfInput): string {
  const { tls } = input
  const values: Record<string, string> = {
    lab: input.lab,
    name: input.name,
    port: String(input.port),
    dir: quoteConfValue(input.dir),
    ...(tls && { ca: quoteConfValue(tls.ca), cert: quoteConfValue(tls.cert), key: quoteConfValue(tls.key) }),
  }
  const replaced = new Set(input.set.map((directive) => directive.name))
  const plain = templateLines('redis.conf')
  const lines = (tls ? [...plain.filter((line) => !line.startsWith('port ')), '', ...templateLines('tls.conf')] : plain)
    .flatMap((line) => ofVersion(line, input.build))
    .filter((line) => !replaced.has(/^[a-z-]+/.exec(line)?.[0] ?? ''))
    .map((line) => line.replaceAll(/\{\{(\w+)\}\}/g, (_, key: string) => values[key] ?? missing(key)))
  // Redis takes the last of two equal directives, and all of those that may be repeated: both follow from keeping the order.
  const own = input.set.map(({ name, value }) => `${name} ${value}`)
  const modules = (input.modules ?? []).map(({ file, args }) =>
    ['loadmodule', ...[file, ...args].map(quoteConfValue)].join(' '),
  )
  const auth = authLines(input.access ?? openAccess)
  return [
    ...lines,
    ...(auth.length > 0 ? ['', '# Who may talk to it.', ...auth] : []),
    ...(modules.length > 0 ? ['', '# --module', ...modules] : []),
    ...(own.length > 0 ? ['', '# --set', ...own] : []),
    '',
  ].join('\n')
}

/**
 * A line that begins with `{{from redis 7.0.0, valkey 7.2.0}}` is for these versions and later ones; comments about it too. It is
 * said here once more, beside the table of directives, because reading that for every start would cost more than it is worth.
 */
function ofVersion(line: string, { engine, version }: ConfInput['build']): string[] {
  const [, since, text = ''] = /^\{\{from ([^}]*)\}\} ?(.*)$/.exec(line) ?? []
  if (since === undefined) return [line]
  const first = since.split(', ').find((one) => one.startsWith(`${engine} `))
  return first !== undefined && compareVersions(version, first.slice(engine.length + 1)) >= 0 ? [text] : []
}

/** The value that a redis.conf gives a directive, as Redis reads it: the last line counts. Undefined where none does. */
export function readDirective(confText: string, name: string): string | undefined {
  const lines = confText.split('\n').map((line) => readWords(line) ?? [])
  const [, ...values] = lines.findLast(([first, ...rest]) => first?.toLowerCase() === name && rest.length > 0) ?? []
  return values.length > 0 ? values.join(' ') : undefined
}

function missing(key: string): never {
  throw new Error(`templates/redis.conf names {{${key}}}, which no node has`)
}
