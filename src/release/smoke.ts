/** Proves that two fresh programs work: the server serves, the client talks to it, and it ends when told to. */
import { mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import { LabError } from '../errors.js'
import { runCommand } from '../util/command.js'
import { tlsRefusal } from './tls.js'
import { askServer, type Programs } from './programs.js'
import type { Build } from './build.js'

const patienceMs = 30_000
/** Says that a server serves, in every version there is. */
const serving = /ready to accept connections/i

/**
 * @param tls the server must have been built with TLS: make would not say so if it was not
 * @param workshop a private folder that is swept away should this process be killed
 * @returns what the server says it is
 * @throws LabError `release-broken`, `interrupted`
 */
export async function smokeTest(
  programs: Programs,
  { workshop, tls, signal }: { workshop: string; tls: boolean; signal?: AbortSignal | undefined },
): Promise<Pick<Build, 'engine' | 'version'>> {
  const identity = await askServer(programs.server)
  // The socket is named relative to the folder, so its path is short anywhere.
  const dir = mkdtempSync(path.join(workshop, 'smoke-'))
  const socket = 'smoke.sock'
  const ask = (...words: string[]) =>
    runCommand(programs.cli, ['-s', socket, ...words], { cwd: dir, timeoutMs: patienceMs, signal, tethered: true })
  const talk = async (): Promise<void> => {
    const { stdout } = await ask('PING')
    if (stdout.trim() !== 'PONG') throw new Error(`PING was answered with "${stdout.trim()}"`)
    await ask('SHUTDOWN', 'NOSAVE')
  }
  let talked: Promise<void> | undefined
  try {
    const refusal = tls ? await tlsRefusal(programs.server) : undefined
    if (refusal) throw new Error(`it has no TLS: ${refusal.join(' ')}`)
    const settings = [
      '--port',
      '0',
      '--unixsocket',
      socket,
      '--dir',
      dir,
      '--save',
      '',
      '--appendonly',
      'no',
      '--daemonize',
      'no',
    ]
    const onLine = (line: string) => {
      if (talked || !serving.test(line)) return
      talked = talk()
      // Awaited below; a failure must not count as unhandled until then.
      talked.catch(() => {})
    }
    await runCommand(programs.server, settings, { cwd: dir, timeoutMs: patienceMs, signal, tethered: true, onLine })
    if (!talked) throw new Error('the server ended before it served')
    await talked
    return identity
  } catch (error) {
    if (error instanceof LabError && error.code === 'interrupted') throw error
    const reason = LabError.from(error)
    throw new LabError({
      code: 'release-broken',
      message: `${identity.engine} ${identity.version} was built, but does not serve`,
      hint: 'Nothing of it was kept.',
      details: [reason.message, ...reason.details],
    })
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
