/**
 * Whether a file can be a module: a shared object for the machine that is to load it. Only its head is read, so that a mistake
 * is told before anything is started; whether it is a module of Redis, Redis itself says.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import process from 'node:process'
import { badInput, type ModuleSpec } from '../spec/index.js'
import { quoted } from '../util/text.js'

/** What a server of this machine can load. */
export interface Machine {
  readonly platform: string
  readonly arch: string
}

/** `read(offset, length)` gives what is there, which may be less. */
type Reader = (offset: number, length: number) => Buffer

/** @throws LabError `bad-input` with a sentence for each module that cannot be one */
export function requireModules(modules: readonly ModuleSpec[], machine: Machine = process): void {
  const problems = modules.flatMap(({ file }) => {
    const problem = lookAt(file, machine)
    return problem === undefined ? [] : [`--module ${quoted(file)}: ${problem}`]
  })
  if (problems.length > 0)
    throw badInput(problems, 'A module is a shared object (.so), built on this machine against redismodule.h.')
}

function lookAt(file: string, machine: Machine): string | undefined {
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such file'
    return code === 'EACCES' ? 'it cannot be read' : message
  }
  try {
    if (!fstatSync(descriptor).isFile()) return 'it is no file'
    return judgeModule((offset, length) => {
      const buffer = Buffer.alloc(length)
      return buffer.subarray(0, readSync(descriptor, buffer, 0, length, offset))
    }, machine)
  } finally {
    closeSync(descriptor)
  }
}

/** @returns what is wrong, in words that complete "the file: …"; undefined where nothing is */
export function judgeModule(read: Reader, { platform, arch }: Machine): string | undefined {
  const head = read(0, 64)
  const isMac = platform === 'darwin'
  if (head.subarray(0, 4).equals(elfMagic)) {
    return isMac ? 'it is a shared object of Linux, and this is macOS' : judgeElf(head, read, arch)
  }
  const magic = head.length >= 16 ? head.readUInt32LE(0) : 0
  if (magic === machMagic || magic === fatMagic) {
    if (!isMac) return 'it is made for macOS'
    return magic === fatMagic ? judgeFat(head, read, arch) : judgeMach(head, arch)
  }
  return `it is no shared object: ${describe(head)}`
}

const describe = (head: Buffer): string => {
  if (head.length === 0) return 'it is empty'
  if (head.subarray(0, 7).toString() === '!<arch>') return 'it is a static library'
  return head.every((byte) => byte >= 0x20 || (byte >= 9 && byte <= 13)) ? 'it is text' : 'it is something else'
}

const elfMagic = Buffer.from('\x7fELF', 'latin1')
/** e_machine of those that Node runs on, by Node's names. */
const elfMachines: Readonly<Record<string, number>> = {
  x64: 62,
  arm64: 183,
  ia32: 3,
  arm: 40,
  riscv64: 243,
  loong64: 258,
  ppc64: 21,
  s390x: 22,
  mips: 8,
  mipsel: 8,
}
const sharedObject = 3

function judgeElf(head: Buffer, read: Reader, arch: string): string | undefined {
  if (head.length < 64) return 'it is cut off'
  const bigEndian = head[5] === 2
  const short = (at: number) => (bigEndian ? head.readUInt16BE(at) : head.readUInt16LE(at))
  const machine = elfMachines[arch]
  if (machine !== undefined && short(18) !== machine) return otherMachine(nameIn(elfMachines, short(18)), arch)
  const type = short(16)
  if (type === 1) return 'it is an object file that is not linked: cc -shared makes a module of it'
  if (type !== sharedObject || isPie(head, read)) return 'it is a program, and no shared object'
  return undefined
}

/** Programs that may be loaded anywhere look like shared objects, but for one flag in the dynamic section. 64 bits only. */
function isPie(head: Buffer, read: Reader): boolean {
  if (head[4] !== 2 || head[5] !== 1) return false
  const [size, count] = [head.readUInt16LE(54), head.readUInt16LE(56)]
  const table = read(Number(head.readBigUInt64LE(32)), size * count)
  for (let at = 0; at + 56 <= table.length && size >= 56; at += size) {
    if (table.readUInt32LE(at) !== dynamicSegment) continue
    const length = Math.min(Number(table.readBigUInt64LE(at + 32)), mostDynamicBytes)
    const dynamic = read(Number(table.readBigUInt64LE(at + 8)), length)
    for (let entry = 0; entry + 16 <= dynamic.length; entry += 16) {
      if (dynamic.readBigUInt64LE(entry) === flags1) return (dynamic.readBigUInt64LE(entry + 8) & pieFlag) !== 0n
    }
  }
  return false
}

const dynamicSegment = 2
const mostDynamicBytes = 65_536
const flags1 = 0x6ffffffbn
const pieFlag = 0x08000000n

/** Mach-O, 64 bits; and the wrapping of several of them, which is big-endian. */
const machMagic = 0xfeedfacf
const fatMagic = 0xbebafeca
const machMachines: Readonly<Record<string, number>> = { x64: 0x01000007, arm64: 0x0100000c }
const machLibraries = [6, 8]

function judgeMach(head: Buffer, arch: string): string | undefined {
  const machine = head.readUInt32LE(4)
  if (machine !== machMachines[arch]) return otherMachine(nameIn(machMachines, machine), arch)
  return machLibraries.includes(head.readUInt32LE(12)) ? undefined : 'it is a program, and no shared object'
}

function judgeFat(head: Buffer, read: Reader, arch: string): string | undefined {
  // The same four bytes begin a class of Java, whose next number is a version: larger than any count of machines.
  const count = head.readUInt32BE(4)
  if (count > 20) return 'it is no shared object: it is something else'
  const entries = read(8, 20 * count)
  for (let at = 0; at + 20 <= entries.length; at += 20) {
    if (entries.readUInt32BE(at) !== machMachines[arch]) continue
    const part = read(entries.readUInt32BE(at + 8), 32)
    return part.length < 32 ? 'it is cut off' : judgeMach(part, arch)
  }
  return otherMachine(undefined, arch)
}

const otherMachine = (name: string | undefined, arch: string): string =>
  `it is made for ${name ?? 'another kind of machine'}, and this one is ${arch}`

const nameIn = (machines: Readonly<Record<string, number>>, number: number): string | undefined =>
  Object.entries(machines).find(([, one]) => one === number)?.[0]
