import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { isDraft, makeWhole } from '../../../../src/lab/snapshot/draft.js'
import { useTempDir } from '../../support.js'

const temp = useTempDir()
let dir = ''
beforeEach(() => (dir = path.join(temp(), 'all', 'seed')))
const names = () => readdirSync(path.dirname(dir))
const fill = (text: string) => async (draft: string) => writeFileSync(path.join(draft, 'data'), text)
const make = (text: string, replace = false) => makeWhole({ dir, replace }, fill(text))
const content = () => readFileSync(path.join(dir, 'data'), 'utf8')

test('it appears with all that it was filled with, and nothing else', async () => {
  await makeWhole({ dir, replace: false }, async (draft) => {
    expect(isDraft(path.basename(draft))).toBe(true)
    expect(existsSync(dir)).toBe(false)
    await fill('one')(draft)
  })
  expect(names()).toEqual(['seed'])
  expect(readdirSync(dir)).toEqual(['data'])
})

test('what goes wrong leaves nothing, and what stood there stays', async () => {
  await make('one')
  const broken = makeWhole({ dir, replace: true }, async (draft) => {
    await fill('two')(draft)
    throw new Error('no room')
  })
  await expect(broken).rejects.toThrow('no room')
  expect(names()).toEqual(['seed'])
  expect(content()).toBe('one')
})

test('what stands there makes room only when that is asked for', async () => {
  await make('one')
  await expect(make('two')).rejects.toMatchObject({ code: 'snapshot-exists' })
  expect(content()).toBe('one')
  await make('two', true)
  expect(content()).toBe('two')
  expect(names()).toEqual(['seed'])
})

test('an empty folder is room', async () => {
  mkdirSync(dir, { recursive: true })
  await make('one')
  expect(content()).toBe('one')
})

test('of two in the same place the later one says so', async () => {
  const slow = makeWhole({ dir, replace: false }, async (draft) => {
    await fill('slow')(draft)
    await make('quick')
  })
  await expect(slow).rejects.toMatchObject({ code: 'snapshot-exists' })
  expect(content()).toBe('quick')
  expect(names()).toEqual(['seed'])
})
