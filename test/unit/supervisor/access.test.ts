import { statSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readAccess } from '../../../src/supervisor/access.js'
import { writeAccess } from '../../../src/supervisor/record-writer.js'
import { labFiles } from '../../../src/paths.js'
import { thrownBy, useTempDir } from '../support.js'

const temp = useTempDir()

test('what it takes to talk to a lab is read as it was written, and is its owner’s alone', () => {
  const access = { user: { name: 'lab', password: 'p"\\ ä' }, tls: { ca: '/ca', cert: '/cert', key: '/key' } }
  writeAccess(temp(), access)
  expect(readAccess(temp())).toEqual(access)
  expect(statSync(labFiles.access(temp())).mode & 0o777).toBe(0o600)
})

test('a lab without a file asks for nothing', () => {
  writeAccess(temp(), {})
  expect(readAccess(temp())).toEqual({})
})

test('a damaged file is an error that does not quote it', async () => {
  writeFileSync(labFiles.access(temp()), '{"user": {"password": secret}}')
  const error = await thrownBy(() => readAccess(temp()))
  expect(error).toMatchObject({ code: 'lab-damaged' })
  expect(JSON.stringify(error)).not.toContain('secret')
})
