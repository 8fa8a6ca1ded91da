/** argv to a command and what was said: the only door to commander. Flags come from the declarations and have no defaults here. */
import { Command as Commander, CommanderError, Option } from 'commander'
import { badInput, isRepeated, metaOf, shownDefault, type OptionShape } from '../spec/index.js'
import type { Command, Invocation } from './command.js'
import { commands } from './commands.js'
import { otherCommand, wholeLab } from './other-words.js'
import { flagsOf } from './shapes.js'

export interface Parsed {
  readonly command: Command
  readonly invocation: Omit<Invocation, 'env'>
}

/**
 * @returns the command, or undefined when help or the version was asked for and has been printed
 * @throws LabError `bad-input`
 */
export function parseArgv(argv: readonly string[], version: string): Parsed | undefined {
  // What follows -- is not ours to read. commander would mix it with the arguments.
  const border = argv.indexOf('--')
  const own = border === -1 ? argv : argv.slice(0, border)
  const rest = border === -1 ? [] : argv.slice(border + 1)

  let parsed: Parsed | undefined
  const program = new Commander('redis-lab')
    .description('A real Redis Cluster on your own machine: proven ready, and gone without a trace.')
    .version(version)
    .helpCommand(true)
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .showSuggestionAfterError(true)
  for (const command of commands) {
    const sub = program.command(command.name).description(command.summary)
    if (command.args) sub.arguments(command.args)
    if (command.rest) sub.usage(`[options] ${command.args ?? ''} [-- ${command.rest}]`)
    const shape = flagsOf(command.shape)
    for (const option of Object.keys(shape).flatMap((key) => toFlags(shape, key))) sub.addOption(option)
    sub.action((...received: unknown[]) => {
      const given = givenOptions(received.at(-1) as Commander)
      const args = received
        .slice(0, -2)
        .flat()
        .filter((argument): argument is string => typeof argument === 'string')
      if (rest.length > 0 && !command.rest) throw badInput([`"${command.name}" takes nothing after "--"`])
      parsed = { command, invocation: { said: readFlags(shape, given), args, rest } }
    })
  }
  try {
    program.parse(own, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return undefined
    throw inOurWords(error, own)
  }
  return parsed
}

/** What was said, without what commander itself fills in: it takes --no-x for the other side of an x that is there. */
function givenOptions(sub: Commander): Record<string, unknown> {
  const said = Object.entries(sub.opts()).filter(([name]) => sub.getOptionValueSource(name) !== 'default')
  return Object.fromEntries(said)
}

function toFlags(shape: OptionShape, key: string): Option[] {
  const { off } = metaOf(shape, key)
  return [toFlag(shape, key), ...(off ? [new Option(off.flag, off.description)] : [])]
}

function toFlag(shape: OptionShape, key: string): Option {
  const { flag, description, env } = metaOf(shape, key)
  const fallback = shownDefault(shape[key])
  const notes = [
    ...(fallback === undefined ? [] : [`default: ${spellDefault(key, fallback)}`]),
    ...(env ? [`environment: ${env}`] : []),
  ]
  const option = new Option(flag, notes.length > 0 ? `${description} (${notes.join('; ')})` : description)
  if (isRepeated(shape, key))
    option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value])
  return option
}

export const spellDefault = (key: string, value: unknown): string =>
  key === 'timeout'
    ? `${Number(value) / 1000}s`
    : key === 'olderThan'
      ? `${Number(value) / 86_400_000}d`
      : String(value)

/** From commander's names (--foo-bar is fooBar) and texts to the shape's names and values. */
function readFlags(shape: OptionShape, given: Record<string, unknown>): Record<string, unknown> {
  const said: Record<string, unknown> = {}
  for (const key of Object.keys(shape)) {
    const meta = metaOf(shape, key)
    const value = given[new Option(meta.flag).attributeName()]
    if (value !== undefined) said[key] = typeof value === 'string' && meta.read ? meta.read(value) : value
  }
  return said
}

function inOurWords(error: CommanderError, argv: readonly string[]) {
  // What follows the name of an option that a command does not have may be a password.
  const words = error.message.replace(/^(error: unknown option '-[^=']*)=.*'/s, "$1'")
  const [sentence = '', suggestion] = words.replace(/^error: /, '').split('\n')
  if (error.code === 'commander.help')
    return badInput(['a command is needed'], 'redis-lab --help lists them; redis-lab up starts a cluster.')
  return badInput(
    [sentence],
    hintFor(error, sentence, argv) ??
      suggestion?.replace(/^\(|\)$/g, '') ??
      'redis-lab help lists the commands, redis-lab help COMMAND its options.',
  )
}

/** Where commander's own suggestion would be none, or one that does harm. */
function hintFor({ code }: CommanderError, sentence: string, argv: readonly string[]): string | undefined {
  const all = 'redis-lab help lists the commands.'
  if (code === 'commander.unknownCommand') {
    const [, word = ''] = /^unknown command '(.*)'$/s.exec(sentence) ?? []
    const names = commands.map(({ name }) => name)
    return otherCommand(word, names) ?? all
  }
  return code === 'commander.missingArgument' ? wholeLab[argv.find((word) => !word.startsWith('-')) ?? ''] : undefined
}
