/**
 * A place of its own for each test: folders, an environment with nothing else in it, and the proof afterwards that no process,
 * no socket and no file of it is left.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, vi } from 'vitest'
import { placesFrom, type Places } from '../../src/paths.js'
import { processesOf } from './processes.js'

export const bin = fileURLToPath(new URL('../../bin/redis-lab.js', import.meta.url))

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Scratch {
  readonly dir: string
  readonly env: Record<string, string>
  readonly places: Places
  /** Runs the command to its end. */
  run(...args: string[]): Promise<Outcome>
  /** The same, with a text as its standard input. */
  feed(input: string, ...args: string[]): Promise<Outcome>
  /** Runs the command and parses what it printed; fails the test when it does not exit 0. */
  json<Value>(...args: string[]): Promise<Value>
  /** Starts the command, or any program, in this environment. */
  start(args: readonly string[], program?: string): ChildProcess
  /** Starts a program that is not Node. */
  startProgram(program: string, args: readonly string[]): ChildProcess
  /** Pids of processes that belong to this place. */
  processes(): number[]
}

/** Call it once per file; the value is renewed for each test, or kept for all tests of a file that share one lab. */
export function useScratch(per: 'test' | 'file' = 'test'): Scratch {
  const [before, after] = per === 'test' ? [beforeEach, afterEach] : [beforeAll, afterAll]
  let dir = ''
  let current: Scratch
  before(() => {
    dir = mkdtempSync(path.join(os.tmpdir(), 'rl-test-'))
    current = makeScratch(dir)
  })
  after(async () => {
    try {
      // The last process may be on its way out: that it goes by itself is the fact to wait for.
      await vi.waitFor(() => expect(current.processes(), 'processes left behind').toEqual([]), 15_000)
      expect(labsIn(current.places), 'labs left behind').toEqual([])
      expect(readdirSync(path.join(dir, 'tmp')), 'temporary files left behind').toEqual([])
    } finally {
      // What a failed test left would otherwise fail the next one too.
      for (const pid of current.processes()) process.kill(pid, 'SIGKILL')
      rmSync(dir, { recursive: true, force: true })
    }
  })
  // Tests hold this object, and reach the scratch of the test that runs.
  return new Proxy({} as Scratch, { get: (_, key) => Reflect.get(current, key) as unknown })
}

function makeScratch(dir: string): Scratch {
  for (const name of ['home', 'state', 'tmp']) mkdirSync(path.join(dir, name))
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: path.join(dir, 'home'),
    TMPDIR: path.join(dir, 'tmp'),
    REDIS_LAB_STATE: path.join(dir, 'state'),
    REDIS_LAB_CACHE: inject('cacheDir'),
    ...(process.env['REDIS_LAB_REDIS'] && { REDIS_LAB_REDIS: process.env['REDIS_LAB_REDIS'] }),
  }
  const startProgram = (program: string, args: readonly string[]) =>
    spawn(program, args, { env, cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] })
  const start = (args: readonly string[], program = bin) => startProgram(process.execPath, [program, ...args])
  const run = (...args: string[]) => outcomeOf(start(args))
  const feed = (input: string, ...args: string[]) => {
    const child = spawn(process.execPath, [bin, ...args], { env, cwd: dir, stdio: ['pipe', 'pipe', 'pipe'] })
    child.stdin.end(input)
    return outcomeOf(child)
  }
  return {
    dir,
    env,
    feed,
    places: placesFrom(env),
    start,
    startProgram,
    run,
    async json<Value>(...args: string[]): Promise<Value> {
      const { code, stdout, stderr } = await run(...args, '--json')
      expect(code, stderr).toBe(0)
      return JSON.parse(stdout) as Value
    },
    processes: () => processesOf(dir),
  }
}

export function outcomeOf(child: ChildProcess): Promise<Outcome> {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk) => (stdout += String(chunk)))
  child.stderr?.on('data', (chunk) => (stderr += String(chunk)))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
}

/** Entries of labs, whatever they are; locks count too. */
export function labsIn(places: Places): string[] {
  const labs = path.join(places.state, 'labs')
  return existsSync(labs) ? readdirSync(labs) : []
}
