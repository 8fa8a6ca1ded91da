import { existsSync, mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { claimFolder } from '../../../src/lab/folder.js'
import { labEntry, labsDir } from '../../../src/paths.js'
import { resolveLab, type LabOptions } from '../../../src/spec/index.js'
import { placesIn, thrownBy, useTempDir } from '../support.js'

const temp = useTempDir()
const places = () => placesIn(temp())
const entry = () => labEntry(places(), 'one')
const claim = (options: LabOptions = {}) =>
  claimFolder(places(), resolveLab({ name: 'one', ...options }, {}).spec, [6001, 6002])

test('without a word a lab lives in its entry', () => {
  expect(claim()).toBe(entry())
  expect(readdirSync(entry())).toEqual([])
})

test('a folder that was chosen is made, and entered by a link', () => {
  expect(claim({ dir: temp('a', 'b') })).toBe(temp('a', 'b'))
  expect(readlinkSync(entry())).toBe(temp('a', 'b'))
})

test('an ephemeral lab gets a new folder, named after it and entered by a link', () => {
  const dir = claim({ ephemeral: true })
  try {
    expect(path.basename(dir)).toMatch(/^redis-lab-one-/)
    expect(readlinkSync(entry())).toBe(dir)
  } finally {
    rmSync(dir, { recursive: true })
  }
})

test('a link that was left behind is replaced', () => {
  mkdirSync(labsDir(places()), { recursive: true })
  symlinkSync(temp('gone'), entry())
  claim({ dir: temp('mine') })
  expect(readlinkSync(entry())).toBe(temp('mine'))
})

test('other things in a chosen folder are in the way of nobody', () => {
  mkdirSync(temp('mine', '7001'), { recursive: true })
  expect(claim({ dir: temp('mine') })).toBe(temp('mine'))
})

test.each(['lab.json', '6002'])('a folder that already has %s is refused, and nothing is made', async (name) => {
  mkdirSync(temp('mine'))
  writeFileSync(temp('mine', name), '')
  expect(await thrownBy(() => claim({ dir: temp('mine') }))).toMatchObject({
    code: 'bad-input',
    details: [temp('mine', name)],
  })
  expect(existsSync(labsDir(places()))).toBe(false)
})
