import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { expect, test } from 'vitest'
import { labStatus, requireLab, takeDown } from '../../../src/lab/index.js'
import { labEntry, labFiles, labLock } from '../../../src/paths.js'
import { identify } from '../../../src/util/process-identity.js'
import { putLab, sampleRecord } from '../samples.js'
import { inAnotherNamespace, placesIn, thrownBy, useTempDir } from '../support.js'

const temp = useTempDir()
const places = () => placesIn(temp())

test('a lab that is down may be started by an up that cannot be seen: it is not reported as down, and not purged', async () => {
  const record = sampleRecord({ name: 'one', dir: labEntry(places(), 'one') })
  putLab(record)
  const lock = labLock(places(), 'one')
  const claim = JSON.stringify({ ...identify(process.pid), place: inAnotherNamespace(), command: 'redis-lab up' })
  writeFileSync(lock, claim)
  const holder = `process ${process.pid} (redis-lab up) holds the lock, and whether it lives is unknown`
  expect(await thrownBy(() => takeDown(places(), 'one', { purge: true }))).toMatchObject({
    code: 'lab-busy',
    message: holder,
    details: [expect.stringMatching(/another container or pid namespace .*; if it is gone, delete .*\.one\.lock$/)],
  })
  expect((await labStatus(places(), 'one')).ready.reasons).toEqual([
    expect.stringMatching(/holds its lock, and whether/),
  ])
  expect(existsSync(labFiles.record(record.dir))).toBe(true)
  expect(readFileSync(lock, 'utf8')).toBe(claim)
})

test('a lab that an up which cannot be seen may be about to make is not reported as missing for good', async () => {
  putLab(sampleRecord({ name: 'one', dir: labEntry(places(), 'one') }))
  const claim = JSON.stringify({ ...identify(process.pid), place: inAnotherNamespace(), command: 'redis-lab up' })
  writeFileSync(labLock(places(), 'two'), claim)
  expect(await thrownBy(() => requireLab(places(), 'two'))).toMatchObject({
    code: 'lab-not-found',
    message: expect.stringMatching(/no lab named "two" yet: .*whether it lives is unknown/) as string,
  })
})
