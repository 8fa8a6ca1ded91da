/** The README's reference of commands and options, out of their declarations. */
import { metaOf, shownDefault, type OptionShape } from '../spec/index.js'
import type { Command } from './command.js'
import { commands } from './commands.js'
import { flagsOf } from './shapes.js'
import { spellDefault } from './parse.js'

/** Markdown. `npm run readme` writes it into the README, and a test fails when the README has another. */
export function referenceMarkdown(): string {
  return commands.map(commandMarkdown).join('\n\n')
}

function commandMarkdown(command: Command): string {
  const words = [`redis-lab ${command.name}`, '[options]', command.args, command.rest && `[-- ${command.rest}]`]
  const usage = words.filter(Boolean).join(' ')
  return [`### \`${usage}\``, '', `${capital(command.summary)}.`, '', optionTable(flagsOf(command.shape))].join('\n')
}

function optionTable(shape: OptionShape): string {
  const rows = Object.keys(shape).flatMap((key) => {
    const { flag, description, env, off } = metaOf(shape, key)
    const fallback = shownDefault(shape[key])
    const shown = fallback === undefined ? '' : `\`${spellDefault(key, fallback)}\``
    return [
      `| \`${flag}\` | ${description} | ${shown} | ${env ? `\`${env}\`` : ''} |`,
      ...(off ? [`| \`${off.flag}\` | ${off.description} | | |`] : []),
    ]
  })
  return ['| option | | default | environment |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
