import { afterEach, beforeEach, expect, test } from 'vitest'
import { showProgress } from '../../../src/view/index.js'
import { captureOutput } from './output.js'

const output = captureOutput()
const wasTerminal = process.stderr.isTTY
beforeEach(() => void (process.stderr.isTTY = false))
afterEach(() => void (process.stderr.isTTY = wasTerminal))

test('away from a terminal, progress is plain lines on stderr, with a percentage now and then', async () => {
  const progress = showProgress({ json: false, goal: 'lab' })
  progress.emit({ type: 'build-started', what: 'redis 8.0.6', jobs: 2 })
  for (let doneSteps = 0; doneSteps <= 100; doneSteps++)
    progress.emit({ type: 'build-progress', doneSteps, totalSteps: 100 })
  progress.emit({ type: 'node-listening', node: 'm1', port: 6001 })
  progress.emit({ type: 'create-done', creator: 'redis-cli' })
  await progress.finish('done')
  const tenths = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100].map((tenth) => `  ${tenth}%`)
  expect(output.stderr.trimEnd().split('\n')).toEqual([
    'making redis 8.0.6 (make -j2)',
    ...tenths,
    'the cluster is formed',
  ])
  expect(output.stdout).toBe('')
})

test('with --json there is no progress at all', async () => {
  const progress = showProgress({ json: true, goal: 'lab' })
  progress.emit({ type: 'create-done', creator: 'redis-cli' })
  await progress.finish('done')
  expect(output).toEqual({ stdout: '', stderr: '' })
})
