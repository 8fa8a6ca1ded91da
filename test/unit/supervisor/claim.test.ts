import { existsSync, mkdirSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openAccess } from '../../../src/node/index.js'
import { clientTls, labEntry, labsDir } from '../../../src/paths.js'
import { claimFolder } from '../../../src/supervisor/claim.js'
import { readLab } from '../../../src/supervisor/index.js'
import { sampleRecord } from '../samples.js'
import { placesIn, thrownBy, useTempDir } from '../support.js'

const temp = useTempDir()
const places = () => placesIn(temp())
const entry = () => labEntry(places(), 'one')
const recordIn = (dir: string) => sampleRecord({ name: 'one', dir })
const claim = (dir: string) => claimFolder(places(), { record: recordIn(dir), access: openAccess })

test('without a word a lab lives in its entry, and its record is there', () => {
  claim(entry())
  expect(readdirSync(entry())).toEqual(['lab.json'])
  expect(readLab(entry())).toEqual(recordIn(entry()))
})

test('a folder that was chosen is made, and entered by a link', () => {
  claim(temp('a', 'b'))
  expect(readlinkSync(entry())).toBe(temp('a', 'b'))
  expect(readLab(temp('a', 'b'))).toEqual(recordIn(temp('a', 'b')))
})

test('a link that was left behind is replaced', () => {
  mkdirSync(labsDir(places()), { recursive: true })
  symlinkSync(temp('gone'), entry())
  claim(temp('mine'))
  expect(readlinkSync(entry())).toBe(temp('mine'))
})

test('other things in a chosen folder are in the way of nobody', () => {
  mkdirSync(temp('mine', '7001'), { recursive: true })
  claim(temp('mine'))
  expect(readdirSync(temp('mine')).sort()).toEqual(['7001', 'lab.json'])
})

test.each(['lab.json', '6002'])('a folder that already has %s is refused, and nothing is made', async (name) => {
  mkdirSync(temp('mine'))
  writeFileSync(temp('mine', name), '')
  expect(await thrownBy(() => claim(temp('mine')))).toMatchObject({
    code: 'bad-input',
    details: [temp('mine', name)],
  })
  expect(existsSync(labsDir(places()))).toBe(false)
})

test('a folder that cannot be made is refused, and leaves no link to it', async () => {
  writeFileSync(temp('file'), '')
  expect(await thrownBy(() => claim(temp('file', 'lab')))).toMatchObject({ code: 'bad-input' })
  expect(readdirSync(labsDir(places()))).toEqual([])
})

test('a folder in which certificates would have to be written over is refused to a lab that makes some', () => {
  mkdirSync(temp('mine', 'tls'), { recursive: true })
  const access = { tls: clientTls(temp('mine')) }
  expect(() => claimFolder(places(), { record: recordIn(temp('mine')), access })).toThrow(/already holds/)
  expect(readdirSync(temp('mine')), 'nothing was made').toEqual(['tls'])
  claim(temp('mine'))
  expect(readdirSync(temp('mine')).sort(), 'another one has no use for it').toEqual(['lab.json', 'tls'])
})
