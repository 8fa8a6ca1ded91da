/** Commands that redis-lab printed, run as a person would: pasted into a shell. */
import { spawn } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { bin, outcomeOf, type Outcome, type Scratch } from './scratch.js'

/** Runs a line of a POSIX shell in which `redis-lab` is the command under test. */
export function paste(scratch: Scratch, line: string, input = ''): Promise<Outcome> {
  const folder = path.join(scratch.dir, 'bin')
  if (mkdirSync(folder, { recursive: true })) symlinkSync(bin, path.join(folder, 'redis-lab'))
  const env = { ...scratch.env, PATH: `${folder}:${path.dirname(process.execPath)}:${scratch.env['PATH'] ?? ''}` }
  const child = spawn('/bin/sh', ['-c', line], { env, cwd: scratch.dir, stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.end(input)
  return outcomeOf(child)
}

/** The command behind the words that introduce it. */
export function commandAfter(words: string, text: string): string {
  const line = text.split('\n').find((one) => one.includes(words))
  if (line === undefined) throw new Error(`nothing is introduced with "${words}" in:\n${text}`)
  return line.slice(line.indexOf(words) + words.length)
}
