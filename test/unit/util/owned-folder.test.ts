import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { makeOwnedFolder, sweepAbandoned } from '../../../src/util/owned-folder.js'
import { identify } from '../../../src/util/process-identity.js'
import { inAnotherNamespace, useTempDir } from '../support.js'

const temp = useTempDir()
const sweep = () => sweepAbandoned(temp(), () => true)

function folderOf(name: string, owner: object | string): void {
  mkdirSync(temp(name))
  writeFileSync(temp(name, 'owner.json'), typeof owner === 'string' ? owner : JSON.stringify(owner))
}

function makeOld(name: string): void {
  const longAgo = new Date(Date.now() - 3_600_000)
  utimesSync(temp(name), longAgo, longAgo)
}

test('a folder that this process fills stays, one of a dead process goes', async () => {
  makeOwnedFolder(temp('mine'))
  folderOf('dead', { pid: spawnSync('true').pid, startTime: 'boot:1' })
  expect(await sweep()).toEqual({ cleared: 1, unjudged: [] })
  expect(readdirSync(temp())).toEqual(['mine'])
})

test('a folder of another container stays, however old it is, and is told of', async () => {
  folderOf('far', { ...identify(process.pid), place: inAnotherNamespace() })
  makeOld('far')
  const { cleared, unjudged } = await sweep()
  expect(cleared).toBe(0)
  expect(unjudged).toEqual([expect.stringMatching(/far: .*another container .*; if it is gone, delete that folder$/)])
  expect(JSON.parse(readFileSync(temp('far', 'owner.json'), 'utf8'))).toMatchObject({ pid: process.pid })
})

test.each([
  ['has no owner', undefined],
  ['names none, because a power failure cut its owner.json off', '{"pid":'],
])('a folder that %s goes once it is old enough', async (_, owner) => {
  if (owner === undefined) mkdirSync(temp('odd'))
  else folderOf('odd', owner)
  expect(await sweep()).toMatchObject({ cleared: 0 })
  makeOld('odd')
  expect(await sweep()).toMatchObject({ cleared: 1 })
})

test('a folder whose owner.json cannot be read stays', async () => {
  mkdirSync(temp('odd', 'owner.json'), { recursive: true })
  makeOld('odd')
  expect(await sweep()).toMatchObject({ cleared: 0, unjudged: [expect.stringContaining('cannot be read')] })
})
