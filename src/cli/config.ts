/** redis-lab config: the spec that `up` would have here, and who said each value of it. */
import { hiddenSecret, labShape, metaOf, resolveLab, type LabSpec, type ValueSource } from '../spec/index.js'
import { printJson, printNote, printResult, table } from '../view/index.js'
import type { Invocation } from './command.js'

export async function run({ said, env, file }: Invocation): Promise<number> {
  const { json = false, verbose: _, ...given } = said
  const { spec, sources } = resolveLab(given, env, { file })
  const keys = Object.keys(labShape) as (keyof LabSpec)[]
  if (json === true) {
    const options = Object.fromEntries(
      keys.map((key): [string, object] => [
        key,
        { value: isSecret(key, spec) ? hiddenSecret : (spec[key] ?? null), ...sources[key] },
      ]),
    )
    printJson({ file: file?.path ?? null, options })
    return 0
  }
  printNote(`${file ? `config file: ${file.path}` : 'no config file'}\n`)
  printResult(
    table(
      ['OPTION', 'VALUE', 'FROM'],
      keys.map((key) => [key, inWords(key, spec), sourceInWords(sources[key])]),
    ),
  )
  return 0
}

function inWords(key: keyof LabSpec, spec: LabSpec): string {
  if (key === 'set') return listed(spec.set.map(({ name, value }) => `"${name} ${value}"`))
  if (key === 'modules') return listed(spec.modules.map(({ file, args }) => [file, ...args].join(' ')))
  if (key === 'redisFor') return listed(Object.entries(spec.redisFor).map(([node, release]) => `${node}=${release}`))
  if (key === 'timeout') return `${spec.timeout / 1000}s`
  if (isSecret(key, spec)) return hiddenSecret
  return String(spec[key] ?? '-')
}

/** Of what is nobody else's business only that there is something. */
const isSecret = (key: keyof LabSpec, spec: LabSpec): boolean =>
  spec[key] !== undefined && metaOf(labShape, key).secret === true

const listed = (words: readonly string[]): string => (words.length > 0 ? words.join(', ') : '-')

function sourceInWords(source: ValueSource): string {
  if (source.from === 'environment') return source.name
  if (source.from === 'file') return source.path
  return source.from
}
