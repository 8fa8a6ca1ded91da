/** What is written to stdout and stderr while a test runs, and goes nowhere else. */
import { afterEach, beforeEach, vi } from 'vitest'

export interface Output {
  stdout: string
  stderr: string
}

/** Call it once per file; the object is the same, its texts are new for each test. */
export function captureOutput(): Output {
  const output: Output = { stdout: '', stderr: '' }
  beforeEach(() => {
    for (const name of ['stdout', 'stderr'] as const) {
      output[name] = ''
      vi.spyOn(process[name], 'write').mockImplementation((text) => {
        output[name] += String(text)
        return true
      })
    }
  })
  afterEach(() => void vi.restoreAllMocks())
  return output
}
