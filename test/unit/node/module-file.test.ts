import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { expect, test } from 'vitest'
import { LabError } from '../../../src/errors.js'
import { requireModules } from '../../../src/node/index.js'
import { judgeModule, type Machine } from '../../../src/node/module-file.js'
import { thrownBy, useTempDir } from '../support.js'

const temp = useTempDir()
const linux: Machine = { platform: 'linux', arch: 'x64' }
const mac: Machine = { platform: 'darwin', arch: 'arm64' }

const judge = (bytes: Buffer, machine: Machine) =>
  judgeModule((offset, length) => bytes.subarray(offset, offset + length), machine)

interface Elf {
  readonly type?: number
  readonly machine?: number
  readonly bigEndian?: boolean
  /** DT_FLAGS_1 of the dynamic section. */
  readonly flags?: bigint
}

/** A head, one program header behind it, and the dynamic section that it leads to. */
function elf({ type = 3, machine = 62, bigEndian = false, flags }: Elf): Buffer {
  const bytes = Buffer.alloc(64 + 56 + 32)
  bytes.write('\x7fELF', 'latin1')
  bytes[4] = 2
  bytes[5] = bigEndian ? 2 : 1
  const short = (value: number, at: number) =>
    bigEndian ? bytes.writeUInt16BE(value, at) : bytes.writeUInt16LE(value, at)
  short(type, 16)
  short(machine, 18)
  if (flags === undefined) return bytes
  bytes.writeBigUInt64LE(64n, 32)
  short(56, 54)
  short(1, 56)
  bytes.writeUInt32LE(2, 64)
  bytes.writeBigUInt64LE(120n, 64 + 8)
  bytes.writeBigUInt64LE(32n, 64 + 32)
  bytes.writeBigUInt64LE(1n, 120)
  bytes.writeBigUInt64LE(0x6ffffffbn, 136)
  bytes.writeBigUInt64LE(flags, 144)
  return bytes
}

function mach(cpu: number, kind: number): Buffer {
  const bytes = Buffer.alloc(64)
  bytes.writeUInt32LE(0xfeedfacf, 0)
  bytes.writeUInt32LE(cpu, 4)
  bytes.writeUInt32LE(kind, 12)
  return bytes
}

function fat(...parts: readonly (readonly [cpu: number, content: Buffer])[]): Buffer {
  const head = Buffer.alloc(8 + 20 * parts.length)
  head.writeUInt32BE(0xcafebabe, 0)
  head.writeUInt32BE(parts.length, 4)
  parts.forEach(([cpu], index) => {
    head.writeUInt32BE(cpu, 8 + 20 * index)
    head.writeUInt32BE(head.length + 64 * index, 8 + 20 * index + 8)
  })
  return Buffer.concat([head, ...parts.map(([, content]) => content)])
}

const [intel, arm] = [0x01000007, 0x0100000c]
const good: [what: string, bytes: Buffer, machine: Machine][] = [
  ['a shared object', elf({}), linux],
  ['one with other flags', elf({ flags: 1n }), linux],
  ['one of arm64', elf({ machine: 183 }), { platform: 'linux', arch: 'arm64' }],
  ['one of a big-endian machine', elf({ machine: 22, bigEndian: true }), { platform: 'linux', arch: 's390x' }],
  ['one for a machine nobody has heard of yet', elf({ machine: 999 }), { platform: 'linux', arch: 'new' }],
  ['a dylib', mach(arm, 6), mac],
  ['a bundle', mach(arm, 8), mac],
  ['one of two in a file', fat([intel, mach(intel, 6)], [arm, mach(arm, 6)]), mac],
]
test.each(good)('%s is let through', (_, bytes, machine) => expect(judge(bytes, machine)).toBeUndefined())

const bad: [what: string, bytes: Buffer, machine: Machine, words: string][] = [
  ['nothing', Buffer.alloc(0), linux, 'it is empty'],
  ['text', Buffer.from('int main;\n'), linux, 'it is text'],
  ['an archive', Buffer.from('!<arch>\n'), linux, 'it is a static library'],
  ['a picture', Buffer.from([0x89, 0x50, 0, 1]), linux, 'it is something else'],
  ['half a head', elf({}).subarray(0, 30), linux, 'it is cut off'],
  ['an object file', elf({ type: 1 }), linux, 'it is an object file that is not linked'],
  ['a program', elf({ type: 2 }), linux, 'it is a program'],
  ['a program that may be loaded anywhere', elf({ flags: 0x08000001n }), linux, 'it is a program'],
  ['another machine', elf({ machine: 183 }), linux, 'it is made for arm64, and this one is x64'],
  ['an unknown machine', elf({ machine: 999 }), linux, 'it is made for another kind of machine, and this one is x64'],
  ['Linux on a Mac', elf({ machine: 183 }), mac, 'it is a shared object of Linux'],
  ['a Mac on Linux', mach(intel, 6), linux, 'it is made for macOS'],
  ['another Mac', mach(intel, 6), mac, 'it is made for x64, and this one is arm64'],
  ['a program of a Mac', mach(arm, 2), mac, 'it is a program'],
  ['two other machines', fat([intel, mach(intel, 6)], [7, mach(7, 6)]), mac, 'it is made for another kind of machine'],
  ['a part that is cut off', fat([arm, Buffer.alloc(0)]), mac, 'it is cut off'],
  ['a class of Java', Buffer.from('cafebabe00000041'.padEnd(128, '0'), 'hex'), mac, 'it is something else'],
]
test.each(bad)('%s is refused in words', (_, bytes, machine, words) => expect(judge(bytes, machine)).toContain(words))

test('every module that cannot be one is told at once, with its file', async () => {
  writeFileSync(temp('text.so'), 'int main;\n')
  mkdirSync(temp('folder.so'))
  const files = ['text.so', 'folder.so', 'missing.so', 'text.so/below'].map((name) => temp(name))
  const error = await thrownBy(() => requireModules(files.map((file) => ({ file, args: [] }))))
  expect(error).toBeInstanceOf(LabError)
  expect(error).toMatchObject({
    code: 'bad-input',
    details: [
      `--module "${temp('text.so')}": it is no shared object: it is text`,
      `--module "${temp('folder.so')}": it is no file`,
      `--module "${temp('missing.so')}": there is no such file`,
      `--module "${temp('text.so/below')}": there is no such file`,
    ],
  })
})

test('the program that runs this test is a program', async () => {
  expect(await thrownBy(() => requireModules([{ file: process.execPath, args: [] }]))).toMatchObject({
    message: expect.stringContaining('it is a program, and no shared object') as string,
  })
})

test.skipIf(process.getuid?.() === 0)('a file that cannot be read is said to be so', async () => {
  writeFileSync(temp('x.so'), '')
  chmodSync(temp('x.so'), 0)
  expect(await thrownBy(() => requireModules([{ file: temp('x.so'), args: [] }]))).toMatchObject({
    message: expect.stringContaining('it cannot be read') as string,
  })
})
