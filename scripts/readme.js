/** Writes what is generated into README.md: `npm run readme`. With --check it only tells whether that would change anything. */
import { readFileSync, writeFileSync } from 'node:fs'
import { format } from 'prettier'
import { referenceMarkdown } from '../dist/cli/reference.js'

const file = new URL('../README.md', import.meta.url)
const [begin, end] = ['<!-- reference: written by `npm run readme` -->', '<!-- end of reference -->']
const text = readFileSync(file, 'utf8')
const [before, rest] = text.split(begin)
const after = rest?.split(end)[1]
if (before === undefined || after === undefined) throw new Error('README.md has lost the marks of its reference')
const options = JSON.parse(readFileSync(new URL('../.prettierrc.json', import.meta.url), 'utf8'))
const written = await format(`${before}${begin}\n\n${referenceMarkdown()}\n\n${end}${after}`, {
  ...options,
  parser: 'markdown',
})
if (written === text) process.exit(0)
if (process.argv.includes('--check')) {
  console.error('README.md is not what the declarations say: run `npm run readme`')
  process.exit(1)
}
writeFileSync(file, written)
