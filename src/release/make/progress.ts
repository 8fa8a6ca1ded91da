/**
 * How far a make is, counted in compilations.
 *
 * The total comes from a dry run, which prints the same commands as the real one. A command is printed when it starts, so a
 * step counts as done when the next one starts: the last, linking the server, takes as long as dozens before it, and the
 * percentage must not say that it is over.
 */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import type { Malloc } from '../flavour.js'

/** A command that compiles or links, as make prints it with V=1. */
export const isStep = (line: string): boolean => /\s-[co]\s/.test(line)

/** The Makefile of jemalloc is written by its configure script, so a dry run never gets to see what it will do. */
export function hiddenSteps(sourceDir: string, malloc: Malloc): number {
  if (malloc !== 'jemalloc') return 0
  try {
    return readdirSync(path.join(sourceDir, 'deps', 'jemalloc', 'src')).filter((name) => name.endsWith('.c')).length
  } catch {
    return 0
  }
}

export interface ProgressCounter {
  readonly seeLine: (line: string) => void
  readonly finish: () => void
}

/** Reports a share that only ever grows, and reaches the whole only through `finish`. */
export function countProgress(
  planned: number,
  report: (done: { doneSteps: number; totalSteps: number }) => void,
): ProgressCounter {
  const totalSteps = Math.max(planned, 1)
  let started = 0
  let reported = -1
  const say = (doneSteps: number) => {
    if (doneSteps <= reported) return
    reported = doneSteps
    report({ doneSteps, totalSteps })
  }
  return {
    seeLine: (line) => {
      if (isStep(line)) say(Math.min(started++, totalSteps - 1))
    },
    finish: () => say(totalSteps),
  }
}
