import { mkdirSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { LabError } from '../../../src/errors.js'
import { accessFor, authOf, keptAccess, requireAclFile, requireUsersIn, usersFor } from '../../../src/lab/access.js'
import { differencesTo } from '../../../src/lab/differences.js'
import { newRecord } from '../../../src/lab/record.js'
import { resolveLab } from '../../../src/spec/index.js'
import { readLab, writeLab, type LabRecord } from '../../../src/supervisor/index.js'
import { writeAccess } from '../../../src/supervisor/record-writer.js'
import { writeUsers } from '../../../src/supervisor/users.js'
import { sampleRecord } from '../samples.js'
import { placesIn, thrownBy, useTempDir } from '../support.js'

const temp = useTempDir()
const { build } = sampleRecord()
const old = { ...build, version: '5.0.14' }
const ports = [1, 2, 3, 4, 5, 6]

function recordFor(options: object): LabRecord {
  const { spec } = resolveLab(options, {})
  return newRecord(placesIn(temp()), { spec, build, ports })
}

function aclFile(text: string | Buffer): string {
  const file = temp('given.acl')
  writeFileSync(file, text)
  return file
}

/** What a supervisor writes of a new lab. */
function put(options: { password?: string; acl?: string }): LabRecord {
  const { spec } = resolveLab(options, {})
  const record = recordFor(options)
  const access = accessFor(spec, record.dir)
  const users = usersFor(spec, access)
  mkdirSync(record.dir, { recursive: true })
  writeLab(record)
  writeAccess(record.dir, access)
  if (users !== undefined) writeUsers(`${record.dir}/users.acl`, users)
  return record
}

const differing = (record: LabRecord, options: object) => {
  const wanted = resolveLab(options, {})
  return differencesTo({ record, auth: authOf(record, wanted.spec) }, wanted, {}).map(({ line }) => line)
}

test('the record of a lab says that there is a password, and not which', () => {
  const record = put({ password: 'geheim' })
  expect(record.auth).toBe('password')
  expect(JSON.stringify(readLab(record.dir))).not.toContain('geheim')
  expect(recordFor({}).auth).toBe('none')
  expect(recordFor({ acl: 'x' }).auth).toBe('acl')
})

test('a record of before there were passwords is of a lab without one', () => {
  const { auth: _, ...before } = recordFor({})
  mkdirSync(before.dir, { recursive: true })
  writeFileSync(`${before.dir}/lab.json`, JSON.stringify(before))
  expect(readLab(before.dir)?.auth).toBe('none')
})

test('the same password is no difference, another one is, and neither is told', () => {
  const record = put({ password: 'geheim' })
  expect(differing(record, {})).toEqual([])
  expect(differing(record, { password: 'geheim' })).toEqual([])
  expect(differing(record, { password: 'anders' })).toEqual(['--password: the lab has another one'])
  expect(differing(recordFor({}), { password: 'anders' })).toEqual(['--password: the lab has none'])
})

test('the same users are no difference, wherever their file is; others are', () => {
  const file = aclFile('user bob on >geheim +get\n')
  const record = put({ acl: file })
  expect(differing(record, { acl: file })).toEqual([])
  writeFileSync(temp('copy.acl'), 'user bob on >geheim +get')
  expect(differing(record, { acl: temp('copy.acl') })).toEqual([])
  writeFileSync(file, 'user bob on >anders +get\n')
  expect(differing(record, { acl: file })).toEqual([
    `--acl: the lab has ${record.dir}/users.acl, you asked for ${file}`,
  ])
  expect(differing(record, { password: 'x' })).toEqual(['--password: the lab has none'])
  expect(differing(recordFor({}), { acl: file })).toEqual([`--acl: the lab has none, you asked for ${file}`])
})

test('each lab with users has a password of its own for its own user', () => {
  const [one, two] = [accessFor({ acl: 'x' }, '/a'), accessFor({ acl: 'x' }, '/b')]
  expect(one.user?.name).toBe('redis-lab')
  expect(one.user?.password).not.toBe(two.user?.password)
  expect(accessFor({ password: 'x' }, '/a')).toEqual({ user: { password: 'x' } })
  expect(accessFor({}, '/a')).toEqual({})
})

test('a lab of which nobody knows the password any more is damaged, and says what is missing', async () => {
  const record = put({ password: 'geheim' })
  expect(keptAccess(record)).toEqual({ user: { password: 'geheim' } })
  const missing = await thrownBy(() => keptAccess({ ...record, dir: temp('elsewhere') }))
  expect(LabError.from(missing)).toMatchObject({ code: 'lab-damaged' })
  expect(LabError.from(missing).details).toContain(`file: ${temp('elsewhere')}/access.json`)
})

test.each([
  ['user a on\nalice on >geheim\n', 'line 2 is no user: it has to begin with "user NAME"'],
  [Buffer.from([0x75, 0xff]), 'it is no text in UTF-8'],
])('a file that cannot be one is refused, without what it says', async (text, problem) => {
  const file = aclFile(text)
  const error = LabError.from(await thrownBy(() => requireAclFile({ acl: file })))
  expect(error).toMatchObject({ code: 'bad-input', message: `--acl "${file}": ${problem}` })
  expect(JSON.stringify(error)).not.toContain('geheim')
})

test('a file that is not there, and a folder, are told so', async () => {
  const messageFor = async (acl: string) => LabError.from(await thrownBy(() => requireAclFile({ acl }))).message
  expect(await messageFor(temp('none.acl'))).toMatch(/: there is no such file$/)
  expect(await messageFor(temp())).toMatch(/: it is a folder, and no file$/)
})

test('before 6.0 there are no users', async () => {
  const error = LabError.from(await thrownBy(() => requireUsersIn(old, { acl: 'x' })))
  expect(error).toMatchObject({ code: 'bad-input' })
  expect(error.message).toContain('redis 5.0.14 has no users')
  requireUsersIn(old, { password: 'x' })
  requireUsersIn({ ...build, version: '6.0.0' }, { acl: 'x' })
})
