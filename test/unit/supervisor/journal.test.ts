import { existsSync, readFileSync, rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Journal, parseJournalLine } from '../../../src/supervisor/journal.js'
import { useTempDir } from '../support.js'

const temp = useTempDir()
const at = '2025-01-02T03:04:05.678Z'

test('each event is a line of JSON with its time', () => {
  const journal = new Journal(temp('log'))
  journal.write({ at, type: 'lab-stopping', reason: 'a\nb' })
  journal.write({ at, type: 'lab-stopped' })
  expect(readFileSync(temp('log'), 'utf8')).toBe(
    '{"at":"2025-01-02T03:04:05.678Z","type":"lab-stopping","reason":"a\\nb"}\n' +
      '{"at":"2025-01-02T03:04:05.678Z","type":"lab-stopped"}\n',
  )
})

test('a level is written when it holds, and not while it is waited for', () => {
  const journal = new Journal(temp('log'))
  journal.write({ at, type: 'ready-progress', level: 'ok', missing: ['m1'] })
  expect(existsSync(temp('log'))).toBe(false)
  journal.write({ at, type: 'ready-progress', level: 'ok', missing: [] })
  expect(readFileSync(temp('log'), 'utf8')).toContain('"level":"ok"')
})

test('a log that cannot be written disturbs nobody', () => {
  expect(() => new Journal(temp('no', 'log')).write({ at, type: 'lab-stopped' })).not.toThrow()
})

test('a line is read as the event that was written, and what is no event is none', () => {
  const event = { at, type: 'lab-stopped' } as const
  expect(parseJournalLine(JSON.stringify(event))).toEqual(event)
  for (const line of ['', 'Error: a defect', '    at run (x.js:1)', 'null', '7', '{"type":"lab-stopped"}', '{"at":1}'])
    expect(parseJournalLine(line)).toBeUndefined()
})

test('a journal that was let go writes on, and makes no file again that somebody deleted', () => {
  const journal = new Journal(temp('log'))
  journal.write({ at, type: 'lab-stopped' })
  journal.letGo()
  journal.write({ at, type: 'lab-stopped' })
  expect(readFileSync(temp('log'), 'utf8').trim().split('\n')).toHaveLength(2)
  rmSync(temp('log'))
  journal.write({ at, type: 'lab-stopped' })
  expect(existsSync(temp('log'))).toBe(false)
})
