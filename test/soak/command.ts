/**
 * A program that is run from outside, as a user runs it.
 *
 * In a process group of its own: Ctrl-C on the soak's terminal is for the soak alone, and a Ctrl-C of the plan can be sent to
 * the whole group, as a terminal does.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import process from 'node:process'
import type { Journal } from './journal.js'
import { Violation } from './violation.js'

export interface Ended {
  readonly words: string
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  /** What it is called in the journal. */
  readonly words: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly journal: Journal
  /** It is killed after this, and that is a failure. */
  readonly limitMs?: number
}

const limitMs = 120_000

export class Command {
  readonly words: string
  readonly pid: number
  readonly ended: Promise<Ended>
  readonly #child: ChildProcess
  readonly #journal: Journal
  readonly #said = { stdout: '', stderr: '' }
  readonly #listeners = new Set<() => void>()

  constructor(args: readonly string[], options: CommandOptions) {
    const { words, cwd, env, journal } = options
    this.words = words
    this.#journal = journal
    const child = spawn(process.execPath, args, { cwd, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
    if (child.pid === undefined) throw new Error(`${words} could not be started`)
    this.pid = child.pid
    this.#child = child
    journal.note(`${words} [pid ${this.pid}] starts`)
    // Whoever ends a program that still reads breaks the pipe: expected here.
    child.stdin.on('error', () => {})
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].on('data', (chunk) => {
        this.#said[stream] += String(chunk)
        for (const listener of this.#listeners) listener()
      })
    }
    this.ended = this.#end(options.limitMs ?? limitMs)
    // Whoever is interested asks; the others may learn of it later.
    this.ended.catch(() => {})
  }

  /** To the process, or as a terminal does it, to its whole group. */
  signal(name: NodeJS.Signals, { group = false } = {}): void {
    this.#journal.note(`${name} to ${this.words} [pid ${this.pid}]${group ? ' and its group' : ''}`)
    if (group) sendQuietly(-this.pid, name)
    else this.#child.kill(name)
  }

  /** Ends its standard input. */
  hangUp(): void {
    this.#child.stdin?.end()
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** The first line of its stdout, or undefined when it ended without one. */
  async line(): Promise<string | undefined> {
    const first = () => /^(.*)\n/.exec(this.#said.stdout)?.[1]
    const said = new Promise<string>((resolve) => {
      const look = () => {
        const line = first()
        if (line === undefined) return
        this.#listeners.delete(look)
        resolve(line)
      }
      this.#listeners.add(look)
      look()
    })
    return Promise.race([said, this.ended.then(first)])
  }

  async #end(limitMs: number): Promise<Ended> {
    let late = false
    const killer = setTimeout(() => {
      late = true
      sendQuietly(-this.pid, 'SIGKILL')
    }, limitMs)
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      this.#child.once('error', reject)
      this.#child.once('close', (code, signal) => resolve([code, signal]))
    })
    clearTimeout(killer)
    const ended = { words: this.words, code, signal, ...this.#said }
    this.#journal.note(`${this.words} [pid ${this.pid}] ended with ${code ?? signal}\n${ended.stderr}`)
    if (late) throw new Violation('failure', `${this.words} did not end within ${limitMs} ms`, lastLines(ended))
    return ended
  }
}

export function lastLines({ stdout, stderr }: Pick<Ended, 'stdout' | 'stderr'>): string[] {
  return `${stdout.slice(-400)}\n${stderr}`.trim().split('\n').slice(-20)
}

function sendQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // Gone already.
  }
}
