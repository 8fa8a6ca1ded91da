/**
 * Before all tests of the matrix: every candidate is asked for once, one after the other, and built where it can be had.
 *
 * The host on which each engine is published is looked at once. Where it does not answer, none of its releases is tried: each
 * would wait in vain.
 */
import process from 'node:process'
import type { TestProject } from 'vitest/node'
import { LabError, type ErrorCode } from '../../../src/errors.js'
import type { LabEvent } from '../../../src/events.js'
import { placesFrom } from '../../../src/paths.js'
import { installRelease, probeOfficialHost, releaseLines, type Build } from '../../../src/release/index.js'
import { eventLine } from '../../../src/view/index.js'
import { candidates, isUnsteady, type Candidate, type Release } from './candidates.js'

export type Outcome =
  | { readonly kind: 'had'; readonly build: Build }
  /** Another candidate has come to the same engine and version. */
  | { readonly kind: 'same'; readonly name: string; readonly as: string }
  | { readonly kind: 'missing'; readonly reason: string }
  /** It is there, and could not be made: a defect. */
  | { readonly kind: 'failed'; readonly reason: string }

export type Answer = Candidate & { readonly outcome: Outcome }

declare module 'vitest' {
  interface ProvidedContext {
    matrix: readonly Answer[]
  }
}

/** For one release, with everything: download, compiler, proof. */
const mostMs = 6 * 60_000
/** For all of them together: what is left then is said to be left out. */
const mostOfAllMs = 40 * 60_000

/** What a machine cannot help. */
const outOfReach: readonly ErrorCode[] = ['release-unreachable', 'release-broken', 'tools-missing']

export default async function setup(project: TestProject): Promise<void> {
  const { cache } = placesFrom(process.env)
  const answers: Answer[] = []
  const endMs = Date.now() + mostOfAllMs
  const hosts = new Map<Build['engine'], Promise<Host>>()
  const hostOf = (release: Release) => {
    const host = hosts.get(release.engine) ?? probeOfficialHost(process.env, { release })
    hosts.set(release.engine, host)
    return host
  }
  for (const candidate of candidates(process.env['REDIS_LAB_MATRIX'], await releaseLines())) {
    // Whether an official release was had elsewhere is known without making it.
    const known = candidate.release && already(candidate.release, answers)
    const outcome = known ?? (await ask(candidate, { cache, answers, endMs, hostOf }))
    answers.push({ ...candidate, outcome })
    say(`${candidate.redis}: ${inWords(outcome)}`)
  }
  project.provide('matrix', answers)
  project.provide('cacheDir', cache)
}

type Host = Awaited<ReturnType<typeof probeOfficialHost>>

interface Circumstances {
  readonly cache: string
  readonly answers: readonly Answer[]
  readonly endMs: number
  readonly hostOf: (release: Release) => Promise<Host>
}

async function ask(candidate: Candidate, { cache, answers, endMs, hostOf }: Circumstances): Promise<Outcome> {
  const { redis, release } = candidate
  const host = release && (await hostOf(release))
  if (host?.ok === false) return { kind: 'missing', reason: `the host of its project was not there: ${host.reason}` }
  const leftMs = Math.min(mostMs, endMs - Date.now())
  if (leftMs <= 0) return { kind: 'missing', reason: 'the time for all releases together was over' }
  try {
    const signal = AbortSignal.timeout(leftMs)
    const build = await installRelease(
      { redis, malloc: 'libc' },
      { cacheDir: cache, env: process.env, emit: tell, signal },
    )
    return already(build, answers) ?? { kind: 'had', build }
  } catch (error) {
    const { code, message, details } = LabError.from(error)
    const reason = [message, ...details.slice(-2)].join('; ')
    if (code === 'interrupted') return { kind: 'missing', reason: `not had within ${leftMs / 60_000} minutes` }
    return { kind: outOfReach.includes(code) || isUnsteady(redis) ? 'missing' : 'failed', reason }
  }
}

function already({ engine, version }: Release, answers: readonly Answer[]) {
  const twin = answers.find(
    ({ outcome }) => outcome.kind === 'had' && outcome.build.engine === engine && outcome.build.version === version,
  )
  return twin && ({ kind: 'same', name: `${engine} ${version}`, as: twin.redis } as const)
}

export function inWords(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'had':
      return `${outcome.build.engine} ${outcome.build.version}`
    case 'same':
      return `${outcome.name}, as ${outcome.as} is: run once`
    case 'missing':
      return `skipped: ${outcome.reason}`
    case 'failed':
      return `failed: ${outcome.reason}`
  }
}

function tell(event: LabEvent): void {
  const line = eventLine(event)
  if (line !== undefined) say(line)
}

const say = (line: string): void => void process.stderr.write(`${line}\n`)
