import { PassThrough } from 'node:stream'
import { expect, test, vi } from 'vitest'
import { readPassword } from '../../../src/cli/password.js'
import { LabError } from '../../../src/errors.js'
import { thrownBy } from '../support.js'
import { captureOutput } from '../view/output.js'

const output = captureOutput()

/** As much of a standard input as is used. */
function input({ isTTY }: { isTTY: boolean }) {
  const raw: boolean[] = []
  const stream = Object.assign(new PassThrough(), { isTTY, unref: vi.fn(), setRawMode: (on: boolean) => raw.push(on) })
  return { stream, raw, read: () => readPassword(stream as unknown as NodeJS.ReadStream) }
}

test.each([
  ['geheim\n', 'geheim'],
  ['geheim', 'geheim'],
  ['geheim\r\n', 'geheim'],
  [' a "b" \\ ü \nand more\n', ' a "b" \\ ü '],
])('%j has the password %j in its first line', async (text, password) => {
  const { stream, read } = input({ isTTY: false })
  stream.end(text)
  expect(await read()).toBe(password)
  expect(output).toEqual({ stdout: '', stderr: '' })
})

test('one that comes in pieces, cut in the middle of a character, is whole', async () => {
  const { stream, read } = input({ isTTY: false })
  const password = read()
  for (const byte of Buffer.from('ge𝄞m\n')) stream.write(Buffer.of(byte))
  expect(await password).toBe('ge𝄞m')
})

test('no line is refused', async () => {
  const { stream, read } = input({ isTTY: false })
  stream.end('')
  expect(LabError.from(await thrownBy(read))).toMatchObject({ code: 'bad-input' })
})

test('at a terminal it is asked for, and nothing that is typed is shown; a mistake can be taken back', async () => {
  const { stream, raw, read } = input({ isTTY: true })
  const password = read()
  stream.write('gex\x7fheim\r')
  expect(await password).toBe('geheim')
  expect(raw).toEqual([true, false])
  expect(output).toEqual({ stdout: '', stderr: 'Password: \n' })
})

test('Ctrl-C at the terminal is an interruption, and the terminal is as before', async () => {
  const { stream, raw, read } = input({ isTTY: true })
  const thrown = thrownBy(read)
  stream.write('ge\x03')
  expect(LabError.from(await thrown)).toMatchObject({ code: 'interrupted' })
  expect(raw).toEqual([true, false])
})
