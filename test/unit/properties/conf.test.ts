import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readDirective, renderConf, type ConfInput } from '../../../src/node/index.js'
import { quoteConfValue } from '../../../src/node/quote.js'
import { parseDirective, readWords, type Directive } from '../../../src/spec/index.js'
import { anyText } from './arbitraries.js'
import { readAsRedis, splitWords } from './redis-reader.js'

const input: ConfInput = {
  lab: 'one',
  name: 'm1',
  port: 6001,
  dir: '/labs/one/6001',
  build: { engine: 'redis', version: '8.0.6' },
  set: [],
}
const plain = readAsRedis(renderConf(input))

/** Text that is made of what counts in a configuration line, so that quotes and escapes meet often. */
const lineText = fc.oneof(
  fc.array(fc.constantFrom('"', "'", '\\', 'x', '0a', 'n', ' ', 'a', 'à', '\u00a0', '#'), { maxLength: 12 }),
  fc.array(anyText, { maxLength: 2 }),
)
const value = lineText.map((parts) => parts.join(''))

/** A directive that a user may give, however it came to be one. */
const directive: fc.Arbitrary<Directive> = fc
  .tuple(fc.constantFrom('maxmemory', 'save', 'appendonly', 'hz', 'x-y.z2'), value)
  .map(([name, text]) => parseDirective(`${name} ${text}`))
  .filter((parsed): parsed is Directive => typeof parsed !== 'string')

test('whatever a folder is called, Redis reads back exactly that, and every other line stays what it was', () => {
  fc.assert(
    fc.property(
      anyText.filter((dir) => !dir.includes('\0')),
      (dir) => {
        const expected = plain.map((words) => (words?.[0] === 'dir' ? ['dir', Buffer.from(dir).toString()] : words))
        expect(readAsRedis(renderConf({ ...input, dir }))).toEqual(expected)
      },
    ),
    { numRuns: 500 },
  )
})

test('whatever a module is called and is told, Redis reads back exactly that, and no other line changes', () => {
  const word = anyText.filter((text) => !text.includes('\0'))
  const module = fc.record({ file: word, args: fc.array(word, { maxLength: 3 }) })
  fc.assert(
    fc.property(fc.array(module, { maxLength: 3 }), (modules) => {
      const asRead = (text: string) => Buffer.from(text).toString()
      expect(readAsRedis(renderConf({ ...input, modules }))).toEqual([
        ...plain,
        ...modules.map(({ file, args }) => ['loadmodule', ...[file, ...args].map(asRead)]),
      ])
    }),
    { numRuns: 500 },
  )
})

test('directives of a user come last, in their order, and change no line but those of their own name', () => {
  fc.assert(
    fc.property(fc.array(directive, { maxLength: 4 }), (set) => {
      const names = set.map(({ name }) => name)
      const lines = readAsRedis(renderConf({ ...input, set }))
      expect(lines).toEqual([
        ...plain.filter((words) => !names.includes(words?.[0] ?? '')),
        ...set.map(({ name, value }) => [name, ...(splitWords(Buffer.from(value)) ?? ['refused'])]),
      ])
    }),
    { numRuns: 500 },
  )
})

test('a directive that is let in is one that Redis can read, in one line and with nothing changed', () => {
  fc.assert(
    fc.property(fc.constantFrom('maxmemory', 'Save'), value, (name, text) => {
      const parsed = parseDirective(`${name} ${text}`)
      const redis = readAsRedis(`${name} ${text}`)
      if (typeof parsed === 'string') {
        expect(parsed).toMatch(/^\P{Cc}+$/u)
        // Nothing that Redis would read in one line is refused, but for what could be shown as more lines.
        if (redis.length === 1 && (redis[0]?.length ?? 0) > 1) expect(text).toMatch(/[\p{Cc}\u2028\u2029]/u)
        return
      }
      expect(redis).toEqual([[name, ...(splitWords(Buffer.from(parsed.value)) ?? [])]])
      expect(parsed).toEqual({ name: name.toLowerCase(), value: text.replace(/^ +| +$/g, '') })
    }),
    { numRuns: 500 },
  )
})

test('any text at all is a directive or one sentence about it', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, value), (text) => {
      const parsed = parseDirective(text)
      if (typeof parsed === 'string') expect(parsed).toMatch(/^\P{Cc}+$/u)
      else expect(`${parsed.name} ${parsed.value}`).not.toMatch(/\p{Cc}/u)
    }),
    { numRuns: 500 },
  )
})

test('a bind that is let in keeps the address of the lab among the words that Redis reads', () => {
  const part = fc.constantFrom('127.0.0.1', '0.0.0.0', '*', '::1', '"', "'", ' ', '\u00a0', '\\')
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const parsed = parseDirective(`bind ${parts.join('')}`)
      if (typeof parsed === 'string') return
      const words = splitWords(Buffer.from(parsed.value)) ?? []
      expect(words.some((word) => ['127.0.0.1', '0.0.0.0', '*'].includes(word))).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('lines are read as Redis reads them, and what is quoted is read back', () => {
  fc.assert(
    fc.property(
      value.filter((text) => !/[\n\0\v\f]/.test(text)),
      (text) => {
        const [words = []] = readAsRedis(`x ${text}`)
        expect(readWords(`x ${text}`)).toEqual(readAsRedis(`x ${text}`)[0])
        expect(readDirective(`hz 1\nx ${text}\n`, 'x')).toBe(words.length > 1 ? words.slice(1).join(' ') : undefined)
        expect(readWords(quoteConfValue(text))).toEqual([Buffer.from(text).toString()])
      },
    ),
    { numRuns: 500 },
  )
})

test('reading a directive out of any text whatever ends, with a text or with nothing', () => {
  fc.assert(
    fc.property(anyText, fc.string(), (conf, name) => {
      expect(['string', 'undefined']).toContain(typeof readDirective(conf, name))
    }),
  )
})
