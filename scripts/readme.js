/**
 * Writes what is generated into README.md: `npm run readme`. With --check it only tells whether that would change anything.
 *
 * That is the reference of the commands, and code that is cut from the examples, which are run as tests: after a line
 * `<!-- example: FILE REGION… -->` comes what stands in that file between `// region: REGION` and `// end`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { format } from 'prettier'
import { referenceMarkdown } from '../dist/cli/reference.js'

const file = new URL('../README.md', import.meta.url)
const [begin, end] = ['<!-- reference: written by `npm run readme` -->', '<!-- end of reference -->']
const text = readFileSync(file, 'utf8')
const [before, rest] = text.split(begin)
const after = rest?.split(end)[1]
if (before === undefined || after === undefined) throw new Error('README.md has lost the marks of its reference')
const options = JSON.parse(readFileSync(new URL('../.prettierrc.json', import.meta.url), 'utf8'))
const referenced = `${before}${begin}\n\n${referenceMarkdown()}\n\n${end}${after}`
const example = /(<!-- example: (\S+) (.+) -->\n)(?:\n```\w+\n[^]*?\n```\n)?/g
const cut = referenced.replace(
  example,
  (_, mark, file, names) =>
    `${mark}\n\`\`\`${path.extname(file).slice(1)}\n${codeOf(file, names.split(' '))}\n\`\`\`\n`,
)
const written = await format(cut, { ...options, parser: 'markdown' })
if (written === text) process.exit(0)
if (process.argv.includes('--check')) {
  console.error('README.md is not what the declarations and the examples say: run `npm run readme`')
  process.exit(1)
}
writeFileSync(file, written)

function codeOf(file, names) {
  const lines = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8').split('\n')
  return names.map((name) => regionOf(lines, name, file)).join('\n\n')
}

function regionOf(lines, name, file) {
  const from = lines.findIndex((line) => line.trim() === `// region: ${name}`)
  const to = lines.findIndex((line, index) => index > from && line.trim() === '// end')
  if (from === -1 || to === -1) throw new Error(`${file} has no region ${name}`)
  const region = lines.slice(from + 1, to)
  const margin = Math.min(...region.filter((line) => line !== '').map((line) => line.search(/\S/)))
  return region.map((line) => line.slice(margin)).join('\n')
}
