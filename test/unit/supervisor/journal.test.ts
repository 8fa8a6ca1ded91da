import { existsSync, readFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { Journal } from '../../../src/supervisor/journal.js'
import { useTempDir } from '../support.js'

const temp = useTempDir()

test('each event is a line of JSON with its time', () => {
  vi.useFakeTimers({ now: new Date('2025-01-02T03:04:05.678Z') })
  const journal = new Journal(temp('log'))
  journal.write({ type: 'lab-stopping', reason: 'a\nb' })
  journal.write({ type: 'lab-stopped' })
  vi.useRealTimers()
  expect(readFileSync(temp('log'), 'utf8')).toBe(
    '{"at":"2025-01-02T03:04:05.678Z","type":"lab-stopping","reason":"a\\nb"}\n' +
      '{"at":"2025-01-02T03:04:05.678Z","type":"lab-stopped"}\n',
  )
})

test('a level is written when it holds, and not while it is waited for', () => {
  const journal = new Journal(temp('log'))
  journal.write({ type: 'ready-progress', level: 'ok', missing: ['m1'] })
  expect(existsSync(temp('log'))).toBe(false)
  journal.write({ type: 'ready-progress', level: 'ok', missing: [] })
  expect(readFileSync(temp('log'), 'utf8')).toContain('"level":"ok"')
})

test('a log that cannot be written disturbs nobody', () => {
  expect(() => new Journal(temp('no', 'log')).write({ type: 'lab-stopped' })).not.toThrow()
})
