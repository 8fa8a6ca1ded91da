/** redis-lab doctor: looks at everything a lab needs, changes nothing. */
import { accessSync, constants, existsSync, statfsSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { LabError } from '../errors.js'
import { requireFreePorts } from '../node/index.js'
import { placesFrom } from '../paths.js'
import { inspectTools, probeOfficialHost } from '../release/index.js'
import { defaultOf, labShape } from '../spec/index.js'
import { ownIdentity } from '../util/process-identity.js'
import { printJson, printResult } from '../view/index.js'
import type { Invocation } from './command.js'
import { doctorShape } from './shapes.js'
import { resolveOptions } from './options.js'

interface Finding {
  readonly check: string
  /** `note` is worth knowing and stands in nobody's way. */
  readonly verdict: 'ok' | 'note' | 'missing'
  readonly found: string
  readonly advice: string | null
}

/** A source tree, its objects and the two programs, at the time they are all there. */
const buildNeedsBytes = 300_000_000

export async function run(invocation: Invocation): Promise<number> {
  const { json } = resolveOptions(doctorShape, invocation)
  const { env } = invocation
  const places = placesFrom(env)
  const findings = [
    nodeVersion(),
    processes(),
    ...(await tools(env)),
    folder('cache', places.cache, 'REDIS_LAB_CACHE'),
    folder('state', places.state, 'REDIS_LAB_STATE'),
    await defaultPorts(),
    await officialHost(env),
  ]
  if (json) printJson(findings)
  else
    for (const { verdict, check, found, advice } of findings) {
      printResult(`${verdict.padEnd(8)}${check}: ${found}`)
      if (advice !== null) printResult(`${' '.repeat(8)}${advice}`)
    }
  return findings.some(({ verdict }) => verdict === 'missing') ? 1 : 0
}

function nodeVersion(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const ok = major > 20 || (major === 20 && minor >= 5)
  const advice = ok ? null : 'redis-lab needs Node 20.5 or later.'
  return { check: 'node', verdict: ok ? 'ok' : 'missing', found: process.versions.node, advice }
}

/** Every lab is known by its processes: where they cannot be seen none can be started, and none is taken for dead. */
function processes(): Finding {
  const check = 'processes'
  try {
    const { place = '' } = ownIdentity()
    return { check, verdict: 'ok', found: `visible (${place})`, advice: null }
  } catch (error) {
    const { message, hint } = LabError.from(error)
    return { check, verdict: 'missing', found: message, advice: hint ?? null }
  }
}

async function tools(env: Invocation['env']): Promise<Finding[]> {
  const inspected = await inspectTools(env)
  return inspected.map(({ name, ok, found, advice }) => ({
    check: name,
    verdict: ok ? 'ok' : 'missing',
    found: found ?? 'not found',
    advice: ok ? null : (advice ?? null),
  }))
}

function folder(check: string, dir: string, variable: string): Finding {
  let standing = dir
  while (!existsSync(standing)) standing = path.dirname(standing)
  try {
    accessSync(standing, constants.W_OK)
  } catch {
    return {
      check,
      verdict: 'missing',
      found: `${dir} cannot be written`,
      advice: `Choose another folder with ${variable}.`,
    }
  }
  const { bavail, bsize } = statfsSync(standing)
  const freeBytes = bavail * bsize
  const found = `${dir} (${Math.floor(freeBytes / 1_000_000)} MB free)`
  if (freeBytes >= buildNeedsBytes) return { check, verdict: 'ok', found, advice: null }
  return {
    check,
    verdict: 'note',
    found,
    advice: `Building a release takes about ${buildNeedsBytes / 1_000_000} MB for a while.`,
  }
}

async function defaultPorts(): Promise<Finding> {
  const first = Number(defaultOf(labShape.port))
  const count = Number(defaultOf(labShape.masters)) * (1 + Number(defaultOf(labShape.replicas)))
  const ports = Array.from({ length: count }, (_, index) => first + index)
  const check = 'ports'
  const range = `${first}-${first + count - 1} and their bus ports`
  try {
    await requireFreePorts(ports)
    return { check, verdict: 'ok', found: `${range} are free`, advice: null }
  } catch (error) {
    const { message, details, hint } = LabError.from(error)
    return { check, verdict: 'note', found: [message, ...details].join('; '), advice: hint ?? null }
  }
}

async function officialHost(env: Invocation['env']): Promise<Finding> {
  const check = 'download'
  const { url, ok, reason } = await probeOfficialHost(env)
  if (ok) return { check, verdict: 'ok', found: url, advice: null }
  const advice =
    'Without it "up" uses the distribution\'s source package, or a redis-server on PATH. Behind a proxy, set HTTPS_PROXY.'
  return { check, verdict: 'note', found: `${url}: ${reason}`, advice }
}
