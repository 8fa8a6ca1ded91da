import { mkdirSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LabError } from '../../../src/errors.js'
import { renderConf } from '../../../src/node/index.js'
import { resolveLab, type LabOptions } from '../../../src/spec/index.js'
import { readLab, readRun, type LabRecord, type RunRecord } from '../../../src/supervisor/index.js'
import { writeRun } from '../../../src/supervisor/record-writer.js'
import { putLab, sampleRecord } from '../samples.js'
import { useTempDir } from '../support.js'
import { anyText, damaged } from './arbitraries.js'

const temp = useTempDir()
const record = sampleRecord({ dir: '/labs/default' })
const run: RunRecord = {
  supervisor: { pid: 10, startTime: 'boot:1' },
  socket: '/run/x.sock',
  formed: true,
  nodes: [{ name: 'm1', process: { pid: 11, startTime: 'boot:2' }, runId: 'a'.repeat(40), stopped: false }],
}

/** The record, or undefined after the error that a damaged one gives. Anything else that is thrown fails the test. */
function attempt<Found>(read: (dir: string) => Found): Found | undefined {
  try {
    return read(temp('lab'))
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    expect(error).toMatchObject({
      code: 'lab-damaged',
      details: expect.arrayContaining([expect.any(String)]) as unknown,
    })
    return undefined
  }
}

/** JSON of the record with one value, anywhere in it, replaced by another. */
function twisted(whole: object): fc.Arbitrary<string> {
  const places: (string | number)[][] = []
  const walk = (at: unknown, way: (string | number)[]) => {
    if (way.length > 0) places.push(way)
    if (typeof at === 'object' && at !== null) for (const [key, value] of Object.entries(at)) walk(value, [...way, key])
  }
  walk(whole, [])
  const other = fc.oneof(anyText, fc.jsonValue(), fc.integer(), fc.constantFrom('../x', 'a\nport 1', -1, 65_536, 1e21))
  return fc.tuple(fc.constantFrom(...places), other).map(([way, value]) => {
    const copy = structuredClone(whole)
    const last = way.at(-1) as string
    const parent = way.slice(0, -1).reduce<Record<string, unknown>>((at, key) => at[key] as never, copy as never)
    parent[last] = value
    return JSON.stringify(copy)
  })
}

const withDirective = { ...record, spec: { ...record.spec, set: [{ name: 'hz', value: '20' }] } }
const labText = fc.oneof(
  anyText,
  damaged(JSON.stringify(record)),
  twisted(withDirective),
  fc.jsonValue().map((value) => JSON.stringify(value)),
)

test('whatever stands in lab.json, it is a record or the error that names the file', () => {
  mkdirSync(temp('lab'))
  fc.assert(
    fc.property(labText, (text) => {
      writeFileSync(temp('lab', 'lab.json'), text)
      const found = attempt(readLab)
      if (found) expectUsable(found)
    }),
    { numRuns: 500 },
  )
})

/** What the rest takes for granted about a record: names that stay in their folder, ports that can be bound, one-line values. */
function expectUsable({ name, nodes, spec, build }: LabRecord): void {
  expect(name).toMatch(/^[a-zA-Z0-9][\w-]*$/)
  expect(nodes.filter(({ port, busPort }) => !(port >= 1 && busPort <= 65_535 && busPort >= 1))).toEqual([])
  for (const node of nodes) {
    const plain = renderConf({ lab: name, name: 'm1', port: node.port, dir: '/x', build, set: [] })
    const lines = renderConf({ lab: name, name: node.name, port: node.port, dir: '/x', build, set: [] }).split('\n')
    expect(lines).toHaveLength(plain.split('\n').length)
  }
  for (const { name, value } of spec.set) expect(`${name} ${value}`).not.toMatch(/\p{Cc}/u)
}

test('whatever stands in run.json, it is a record of processes or the error that names the file', () => {
  mkdirSync(temp('lab'))
  const text = fc.oneof(anyText, damaged(JSON.stringify(run)), twisted(run))
  fc.assert(
    fc.property(text, (given) => {
      writeFileSync(temp('lab', 'run.json'), given)
      const found = attempt(readRun)
      const processes = found ? [found.supervisor, ...found.nodes.flatMap((node) => node.process ?? [])] : []
      // A signal to 0 or to a negative pid would go to a whole group.
      expect(processes.filter(({ pid }) => !(Number.isInteger(pid) && pid > 0))).toEqual([])
    }),
    { numRuns: 500 },
  )
})

test('a record comes back as it was written, whatever its folder and its directives are', () => {
  const options = fc.record({
    masters: fc.integer({ min: 1, max: 20 }),
    replicas: fc.integer({ min: 0, max: 2 }),
    port: fc.oneof(fc.integer({ min: 1, max: 50_000 }), fc.constant('auto' as const)),
    timeout: fc.double({ min: 1, max: 86_400_000, noNaN: true }),
    set: fc.subarray(['save ""', 'hz 20', `x-y "a\\n'é\u00a0"`]),
  })
  fc.assert(
    fc.property(options, anyText, anyText, (given: LabOptions, dir, source) => {
      const { spec } = resolveLab(given, {})
      const written = {
        ...record,
        dir: temp('lab'),
        spec: { ...spec, set: [...spec.set], dir },
        build: { ...record.build, source },
      }
      fc.pre(dir !== '' && !/\p{Cc}/u.test(dir))
      putLab(written)
      expect(readLab(temp('lab'))).toEqual(written)
    }),
  )
})

test('what runs comes back as it was written', () => {
  mkdirSync(temp('lab'))
  fc.assert(
    fc.property(fc.integer({ min: 1 }), anyText, anyText, (pid, startTime, socket) => {
      const written = { ...run, socket, supervisor: { pid, startTime } }
      writeRun(temp('lab'), written)
      expect(readRun(temp('lab'))).toEqual(written)
    }),
  )
})
