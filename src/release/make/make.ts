/** Makes the two programs of a release in a private folder. */
import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { LabError } from '../../errors.js'
import type { Emit } from '../../events.js'
import { runCommand } from '../../util/command.js'
import type { Malloc } from '../flavour.js'
import type { Programs } from '../programs.js'
import { failureLines } from './evidence.js'
import { countProgress, hiddenSteps, isStep } from './progress.js'
import { missingPackage } from './missing.js'
import { scrubbed, type Recipe } from './recipe.js'
import { readOsRelease, type Tools } from './tools.js'

export interface MakeJob {
  /** Holds src/Makefile; written to. */
  readonly sourceDir: string
  /** For a person: "redis 8.0.6". */
  readonly what: string
  readonly recipe: Recipe
  readonly malloc: Malloc
  readonly tools: Tools
  /** Written while make runs. */
  readonly log: string
  /** Where the log goes when make fails, because its own folder will be gone. */
  readonly keptLog: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly emit: Emit
  readonly signal?: AbortSignal | undefined
}

/** @throws LabError `build-failed` with the compiler's own words; `interrupted`, with all of make gone */
export async function make(job: MakeJob): Promise<Programs> {
  const { sourceDir, recipe, tools, emit } = job
  const src = path.join(sourceDir, 'src')
  const jobs = os.availableParallelism()
  emit({ type: 'build-started', what: job.what, jobs })
  // Header dependencies matter to the second make of a folder, and here there is only one. Finding them out takes seconds.
  writeFileSync(path.join(src, 'Makefile.dep'), '')

  const variables = { ...recipe.variables, ...chosenCompiler(tools), V: '1' }
  const goal = [...Object.entries(variables).map(([name, value]) => `${name}=${value}`), recipe.server, recipe.cli]
  const program = tools.make.found ?? 'make'
  const cleared = Object.fromEntries(scrubbed.map((name) => [name, undefined]))
  const run = { env: { ...job.env, ...cleared, LC_ALL: 'C' }, signal: job.signal, tethered: true }

  const planned = await countSteps(() => runCommand(program, ['-n', '-C', src, ...goal], run))
  const progress = countProgress(planned + hiddenSteps(sourceDir, job.malloc), (share) =>
    emit({ type: 'build-progress', ...share }),
  )
  const args = ['-C', src, `-j${jobs}`, ...goal]
  const lines: string[] = []
  const log = openSync(job.log, 'w')
  try {
    const onLine = (line: string) => {
      lines.push(line)
      writeSync(log, `${line}\n`)
      progress.seeLine(line)
    }
    await runCommand(program, args, { ...run, onLine })
    // A compiler that says yes and does nothing has been seen.
    const unmade = [recipe.server, recipe.cli].filter((name) => !existsSync(path.join(src, name)))
    if (unmade.length > 0) throw new Error(`make ended well, and there is no ${unmade.join(' and no ')}`)
  } catch (error) {
    if (LabError.from(error).code === 'interrupted') throw error
    const silent = error instanceof LabError ? [] : [(error as Error).message]
    throw buildFailed(job, [...lines, ...silent], repeatLine(program, args))
  } finally {
    closeSync(log)
  }
  progress.finish()
  return { server: path.join(src, recipe.server), cli: path.join(src, recipe.cli) }
}

/** make takes `cc` and `g++` by itself; another one has to be named. */
function chosenCompiler({ cc, cxx }: Tools): Record<string, string> {
  const differs = (found: string | undefined, standard: string): found is string =>
    found !== undefined && path.basename(found) !== standard
  return { ...(differs(cc.found, 'cc') && { CC: cc.found }), ...(differs(cxx.found, 'g++') && { CXX: cxx.found }) }
}

/** Zero when the dry run says nothing useful: then the real run will say what is wrong. */
async function countSteps(dryRun: () => Promise<{ output: string }>): Promise<number> {
  try {
    return (await dryRun()).output.split('\n').filter(isStep).length
  } catch (error) {
    if (LabError.from(error).code === 'interrupted') throw error
    return 0
  }
}

function buildFailed({ what, log, keptLog, sourceDir }: MakeJob, lines: readonly string[], command: string): LabError {
  mkdirSync(path.dirname(keptLog), { recursive: true })
  copyFileSync(log, keptLog)
  const missing = missingPackage(lines, process.platform, readOsRelease())
  return new LabError({
    code: 'build-failed',
    message: `${what} could not be built`,
    hint: [...(missing === undefined ? [] : [missing]), `The whole log is ${keptLog}.`].join(' '),
    // The folder is private and will be gone: a person repeats this where the release was unpacked.
    details: [...failureLines(lines), `command: ${command.replaceAll(sourceDir, '.')}`],
  })
}

function repeatLine(program: string, args: readonly string[]): string {
  return [program, ...args].map((word) => (/[^\w@%+=:,./-]/.test(word) ? `'${word}'` : word)).join(' ')
}
