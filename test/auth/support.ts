/** What is asked of a lab that asks who is there. */
import { execFileSync } from 'node:child_process'
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { NodeClient, type Reply, type User } from '../../src/node/index.js'

/** As it would be in a real life, and in no other text by chance. */
export const password = 'Gehe1m-9f27c4 "q" \\b #ü'

export async function askAs(user: User | undefined, port: number, ...words: readonly string[]): Promise<Reply> {
  const client = await NodeClient.connect(port, { ...(user && { access: { user } }) })
  try {
    return await client.call(...words)
  } finally {
    client.close()
  }
}

/** A part of it that no way of quoting changes. */
export const trace = 'Gehe1m-9f27c4'

/** Command lines of all processes of this machine that have it. */
export function commandLinesWith(text: string): string[] {
  if (process.platform !== 'linux')
    return execFileSync('ps', ['-Axo', 'command='], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes(text))
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const line = readIfThere(`/proc/${pid}/cmdline`)
      return line.includes(text) ? [line.replaceAll('\0', ' ')] : []
    })
}

/** Those of these processes whose environment has it. What a process has written its title over is not looked at. */
export const environmentsWith = (text: string, pids: readonly number[]): number[] =>
  pids.filter((pid) => readIfThere(`/proc/${pid}/environ`).includes(text))

/** The files below a folder that have it, with their modes: `6001/redis.conf 600`. */
export function filesWith(text: string, dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => lstatSync(path.join(dir, name), { throwIfNoEntry: false })?.isFile())
    .filter((name) => readIfThere(path.join(dir, name)).includes(text))
    .map((name) => `${name} ${(lstatSync(path.join(dir, name)).mode & 0o777).toString(8)}`)
    .sort()
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
