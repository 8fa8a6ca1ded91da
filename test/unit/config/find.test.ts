import { chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { expect, test } from 'vitest'
import { configNames, findConfig } from '../../../src/config/find.js'
import { loadConfig } from '../../../src/config/index.js'
import { thrownBy, useTempDir } from '../support.js'

const temp = useTempDir()

/** A file of options, with the folders that it stands in. */
function put(...names: string[]): string {
  const file = temp(...names)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, '{}')
  return file
}

test('the nearest file counts, from the current folder upwards', () => {
  const outer = put('home', 'redis-lab.config.json')
  mkdirSync(temp('home', 'a', 'b'), { recursive: true })
  expect(findConfig(temp('home', 'a', 'b'), temp('home'))).toBe(outer)
  const inner = put('home', 'a', 'redis-lab.config.mjs')
  expect(findConfig(temp('home', 'a', 'b'), temp('home'))).toBe(inner)
  expect(findConfig(temp('home'), temp('home'))).toBe(outer)
})

test('nobody looks above the home folder, and for a folder outside of it up to the root', () => {
  const above = put('redis-lab.config.json')
  mkdirSync(temp('home', 'a'), { recursive: true })
  expect(findConfig(temp('home', 'a'), temp('home'))).toBeUndefined()
  expect(findConfig(temp('home', 'a'), '/elsewhere')).toBe(above)
})

test.each(configNames)('%s is a config file', (name) => {
  const file = put(name)
  put('redis-lab.config.yaml')
  expect(findConfig(temp(), temp())).toBe(file)
})

test('two in one folder are refused: which one counts is not for us to guess', async () => {
  put('redis-lab.config.json')
  put('redis-lab.config.ts')
  expect(await thrownBy(() => findConfig(temp(), temp()))).toMatchObject({
    code: 'bad-input',
    message: `there is more than one config file: ${temp('redis-lab.config.json')}, ${temp('redis-lab.config.ts')}`,
    hint: expect.stringContaining('--config FILE') as string,
  })
})

test.runIf(process.getuid?.() === 0)(
  'a file that a stranger has put above the current folder is not obeyed',
  async () => {
    const file = put('redis-lab.config.js')
    mkdirSync(temp('here'))
    chownSync(file, 4242, 4242)
    const find = () => findConfig(temp('here'), temp())
    expect(await thrownBy(find)).toMatchObject({
      code: 'bad-input',
      message: `${file} belongs to another user (uid 4242), and would be obeyed`,
    })
    // As in a container that a checkout is mounted into.
    chownSync(temp('here'), 4242, 4242)
    expect(find()).toBe(file)
  },
)

test.runIf(process.getuid?.() === 0)('nor is a link that a stranger has put there', async () => {
  const file = put('own', 'options.json')
  mkdirSync(temp('here'))
  symlinkSync(file, temp('redis-lab.config.json'))
  expect(findConfig(temp('here'), temp())).toBe(temp('redis-lab.config.json'))
  chownSync(file, 4242, 4242)
  expect(await thrownBy(() => findConfig(temp('here'), temp()))).toMatchObject({ code: 'bad-input' })
})

test('a file that is named is used, relative to the current folder, and false uses none', async () => {
  const found = put('redis-lab.config.json')
  const named = put('other', 'mine.json')
  const context = { env: { HOME: temp() }, cwd: temp() }
  expect(await loadConfig(undefined, context)).toMatchObject({ path: found })
  expect(await loadConfig('other/mine.json', context)).toMatchObject({ path: named })
  expect(await loadConfig(false, context)).toBeUndefined()
})
