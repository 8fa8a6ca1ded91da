/** Ends whatever of a lab runs, whoever looks after it, and checks that it is gone. Its data stays. */
import { rmSync } from 'node:fs'
import { LabError } from '../errors.js'
import { removeRun } from '../supervisor/index.js'
import { isAlive, signalProcess, type ProcessIdentity } from '../util/process-identity.js'
import { until } from '../util/until.js'
import type { FoundLab } from './find.js'

/** The supervisor gives each server 10 seconds before it kills it, and then has itself to end. */
const supervisorGraceMs = 20_000
const serverGraceMs = 10_000
const pollMs = 3

/** @throws LabError `stop-failed` with the pids that are still there */
export async function endLab({ record, run }: Exclude<FoundLab, { kind: 'stopped' }>): Promise<void> {
  if (isAlive(run.supervisor)) {
    const { askStop } = await import('./client.js')
    // One that does not answer (it may be leaving already) understands the signal.
    await askStop(run.socket).catch(() => signalProcess(run.supervisor, 'SIGTERM'))
    await endProcesses([run.supervisor], supervisorGraceMs)
  }
  // A supervisor that was killed has left its servers behind.
  const servers = run.nodes.map((node) => node.process).filter(isAlive)
  for (const server of servers) {
    signalProcess(server, 'SIGTERM')
    signalProcess(server, 'SIGCONT')
  }
  await endProcesses(servers, serverGraceMs)
  rmSync(run.socket, { force: true })
  removeRun(record.dir)
}

/** Waits for their end, and kills what outlives its grace. */
async function endProcesses(processes: readonly ProcessIdentity[], graceMs: number): Promise<void> {
  const gone = () => (processes.some(isAlive) ? undefined : true)
  if (await until(gone, { deadline: Date.now() + graceMs, pollMs })) return
  for (const process of processes) signalProcess(process, 'SIGKILL')
  if (await until(gone, { deadline: Date.now() + serverGraceMs, pollMs })) return
  throw new LabError({
    code: 'stop-failed',
    message: 'not every process of the lab could be ended',
    details: processes.filter(isAlive).map(({ pid }) => `pid ${pid}`),
  })
}
