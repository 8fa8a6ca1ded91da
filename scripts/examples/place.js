/** Where one example lives: its project, and folders of its own for all that a lab leaves anywhere. */
import { execFileSync, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'

/** Waits are for facts; this ends those that never come true. */
const patienceMs = 60_000

export class Place {
  constructor(name, { dir, root, say }) {
    this.name = name
    this.dir = path.join(dir, name)
    this.app = path.join(this.dir, 'app')
    this.say = (text) => say(`${name}: ${text}`)
    for (const folder of ['tmp', 'state']) mkdirSync(path.join(this.dir, folder), { recursive: true })
    cpSync(path.join(root, 'test', 'examples', name), this.app, { recursive: true })
    this.env = {
      ...process.env,
      NO_COLOR: '1',
      TMPDIR: path.join(this.dir, 'tmp'),
      REDIS_LAB_STATE: path.join(this.dir, 'state'),
    }
    delete this.env.FORCE_COLOR
  }

  async install(packages) {
    const run = this.start('npm', ['install', '--no-audit', '--no-fund', '--silent', ...packages])
    await run.expectCode(0)
    this.say('installed')
  }

  /** A program of the project, in a process group of its own, as a terminal would have it. */
  start(program, args) {
    return new Run(this, spawn(program, args, { cwd: this.app, env: this.env, detached: true, stdio: 'pipe' }), [
      program,
      ...args,
    ])
  }

  /** Waits until nothing of any lab is left here, nor anything of the runner, save for a process group that is not meant. */
  async expectNothingLeft(after, { exceptGroup } = {}) {
    await until(
      () => this.left(exceptGroup),
      (left) => left.length === 0,
      (left) => `${this.name}: left after ${after}:\n  ${left.join('\n  ')}`,
    )
    this.say(`nothing is left after ${after}`)
  }

  left(exceptGroup) {
    const labs = path.join(this.dir, 'state', 'labs')
    const processes = this.processes().filter((pid) => exceptGroup === undefined || groupOf(pid) !== exceptGroup)
    return [
      ...processes.map((pid) => `process ${pid}: ${commandOf(pid)}`),
      ...(existsSync(labs) ? readdirSync(labs) : []).map((name) => `lab ${name}`),
      ...readdirSync(path.join(this.dir, 'tmp'))
        .filter((name) => name.startsWith('redis-lab'))
        .map((name) => `folder ${name}`),
    ]
  }

  /** Servers are known by where they work, everything else by its environment. */
  processes() {
    if (process.platform !== 'linux') return processesByCommand(this.dir)
    const mark = `REDIS_LAB_STATE=${this.dir}/`
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => {
        try {
          const environment = readFileSync(`/proc/${pid}/environ`, 'latin1')
          return environment.includes(mark) || readlinkSync(`/proc/${pid}/cwd`).startsWith(`${this.dir}/`)
        } catch {
          return false
        }
      })
  }

  /** What a failed run has left is not to outlive this script. */
  end() {
    for (const pid of this.processes()) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended meanwhile.
      }
    }
  }
}

/** A program that is looked at while it goes on. */
class Run {
  #said = ''
  #code

  constructor(place, child, words) {
    this.place = place
    this.child = child
    this.command = words.join(' ')
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (this.#said += chunk))
    child.once('error', (error) => (this.#said += error.stack))
    child.once('close', (code, signal) => (this.#code = code ?? signal))
  }

  get said() {
    return this.#said
  }

  /** @returns all matches, once there are so many */
  says(pattern, count = 1) {
    return this.#wait(
      () => [...this.#said.matchAll(pattern)],
      (matches) => matches.length >= count,
      `did not say ${pattern} ${count} times`,
    )
  }

  /** Signals the whole group, as Ctrl-C does. */
  interrupt() {
    process.kill(-this.child.pid, 'SIGINT')
  }

  kill() {
    this.child.kill('SIGKILL')
  }

  /** Whatever is left of the group, if anything. */
  killGroup() {
    try {
      process.kill(-this.child.pid, 'SIGKILL')
    } catch (error) {
      if (error.code !== 'ESRCH') throw error
    }
  }

  async ended() {
    await this.#wait(
      () => this.#code,
      (code) => code !== undefined,
      'did not end',
    )
    return this.#code
  }

  async expectCode(wanted) {
    const code = await this.ended()
    if (code !== wanted) throw this.#failure(`ended with ${code}, not ${wanted}`)
  }

  expectSaid(...patterns) {
    for (const pattern of patterns) if (!pattern.test(this.#said)) throw this.#failure(`did not say ${pattern}`)
  }

  expectNotSaid(pattern) {
    if (pattern.test(this.#said)) throw this.#failure(`said ${pattern}`)
  }

  #wait(look, holds, what) {
    return until(
      look,
      (value) => holds(value) || (this.#code !== undefined && what !== 'did not end'),
      () => this.#failure(what).message,
    ).then((value) => {
      if (!holds(value)) throw this.#failure(`ended with ${this.#code}, and ${what}`)
      return value
    })
  }

  #failure(what) {
    return new Error(`${this.place.name}: \`${this.command}\` ${what}; it said:\n${this.#said}`)
  }
}

async function until(look, holds, complain) {
  const deadline = Date.now() + patienceMs
  for (;;) {
    const value = look()
    if (holds(value)) return value
    if (Date.now() > deadline) throw new Error(complain(value))
    await sleep(50)
  }
}

const groupOf = (pid) => Number(psOf(pid, 'pgid='))
const commandOf = (pid) => psOf(pid, 'command=')

function psOf(pid, column) {
  try {
    return execFileSync('ps', ['-o', column, '-p', String(pid)], { encoding: 'utf8' }).trim()
  } catch {
    // It has ended meanwhile.
    return ''
  }
}

function processesByCommand(dir) {
  return execFileSync('ps', ['-Axo', 'pid=,command='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(dir))
    .map((line) => Number.parseInt(line, 10))
}
