import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LabError } from '../../../src/errors.js'
import { resolveNode } from '../../../src/lab/index.js'
import { labEntry, labFiles, labLock, labsDir, socketPath } from '../../../src/paths.js'
import { resolveLab } from '../../../src/spec/index.js'
import { idOf, sampleRecord } from '../samples.js'
import { placesIn } from '../support.js'
import { anyText, hexId } from './arbitraries.js'

const places = placesIn('/somewhere')
const name = fc.oneof(anyText, fc.stringMatching(/^[a-zA-Z0-9_.-]{1,70}$/))

const isName = (text: string): boolean => {
  try {
    return resolveLab({ name: text }, {}).spec.name === text
  } catch {
    return false
  }
}

test('a name that is let in is one entry among the labs, no hidden one, and nobody else’s lock', () => {
  fc.assert(
    fc.property(name, name, (text, other) => {
      fc.pre(isName(text))
      expect(path.dirname(labEntry(places, text))).toBe(labsDir(places))
      expect(path.basename(labEntry(places, text))).toBe(text)
      expect(text).not.toMatch(/^[.-]/)
      expect(path.dirname(labLock(places, text))).toBe(labsDir(places))
      if (isName(other)) expect(labLock(places, text)).not.toBe(labEntry(places, other))
    }),
    { numRuns: 500 },
  )
})

test('what leads elsewhere, or is a word of the shell, is no name of a lab', () => {
  const part = fc.constantFrom('..', '.', '/', '\\', '~', '$HOME', '*', ' ', '\n', '\0', '\u212a', '\u0131', 'a')
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
      expect(isName(parts.join(''))).toBe(parts.every((one) => one === 'a'))
    }),
    { numRuns: 300 },
  )
})

test('a control socket has a short path of its own, wherever the lab lies', () => {
  fc.assert(
    fc.property(anyText, anyText, (one, other) => {
      const socket = socketPath({ ...places, runtime: '/tmp/redis-lab-1000' }, one)
      expect(Buffer.byteLength(socket)).toBeLessThan(104)
      expect(path.dirname(socket)).toBe('/tmp/redis-lab-1000')
      const isSame = Buffer.from(one).equals(Buffer.from(other))
      expect(socketPath({ ...places, runtime: '/tmp/redis-lab-1000' }, other) === socket).toBe(isSame)
    }),
    { numRuns: 300 },
  )
})

test('a node’s folder lies in its lab’s folder, and no two nodes share one', () => {
  const port = fc.integer({ min: 1, max: 55_535 })
  fc.assert(
    fc.property(port, port, (one, other) => {
      expect(path.relative('/labs/one', labFiles.node('/labs/one', one))).toBe(String(one))
      expect(labFiles.node('/labs/one', one) === labFiles.node('/labs/one', other)).toBe(one === other)
    }),
  )
})

/** A lab whose ids share beginnings with each other, with ports and with names. */
const record = fc
  .uniqueArray(
    fc.oneof(
      hexId,
      fc.constantFrom('6001', 'ab', 'abc').map((start) => start.padEnd(40, '0')),
    ),
    {
      minLength: 6,
      maxLength: 6,
    },
  )
  .map((ids) => {
    const { nodes, ...rest } = sampleRecord()
    return { ...rest, nodes: nodes.map((node, index) => ({ ...node, id: ids[index] ?? idOf(index) })) }
  })

test('a node answers to its port, its name and its whole id', () => {
  fc.assert(
    fc.property(record, fc.nat({ max: 5 }), (lab, index) => {
      const node = lab.nodes[index]
      for (const said of [String(node?.port), node?.name ?? '', node?.id ?? ''])
        expect(resolveNode(lab, said)).toBe(node)
    }),
  )
})

test('anything else said is the beginning of exactly one id, or no node', () => {
  const said = (ids: readonly string[]) =>
    fc.oneof(
      anyText,
      fc.constantFrom('m1', '6001', ...ids).chain((text) => fc.nat(41).map((end) => text.slice(0, end))),
    )
  const asked = record.chain((lab) => said(lab.nodes.map((node) => node.id)).map((text) => ({ lab, text })))
  fc.assert(
    fc.property(asked, ({ lab, text }) => {
      const exact = lab.nodes.find((node) => [node.name, String(node.port)].includes(text))
      const fitting = text.length >= 2 ? lab.nodes.filter((node) => node.id.startsWith(text)) : []
      const expected = exact ?? (fitting.length === 1 ? fitting[0] : undefined)
      try {
        expect(resolveNode(lab, text)).toBe(expected)
      } catch (error) {
        if (!(error instanceof LabError)) throw error
        expect([error.code, expected]).toEqual(['node-not-found', undefined])
        expect(error.message).not.toMatch(/[\n\r\0]/)
      }
    }),
    { numRuns: 500 },
  )
})
