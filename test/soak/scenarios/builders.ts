/** Several install the same release at once, and one of them is killed or interrupted in the middle. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { Build } from '../../../src/release/index.js'
import { writeStubTree } from '../../support/stub-release.js'
import { lastLines } from '../command.js'
import { abandonedIn, buildsIn } from '../invariants/cache.js'
import type { Place } from '../place.js'
import { Violation } from '../violation.js'
import { scenario } from './scenario.js'

interface Plan {
  readonly offsetsMs: readonly number[]
  /** How long make takes. */
  readonly makeMs: number
  readonly victim: {
    readonly index: number
    readonly signal: 'SIGINT' | 'SIGKILL'
    readonly group: boolean
    readonly afterMs: number
  }
}

export const builders = scenario<Plan>({
  name: 'builders',
  weight: 10,
  ownCache: true,

  plan(random) {
    const count = random.integer(2, 3)
    return {
      offsetsMs: [0, ...random.times(count - 1, () => random.integer(0, 100))],
      makeMs: random.integer(50, 500),
      victim: {
        // Mostly the first, which as a rule is the one that builds.
        index: random.chance(0.6) ? 0 : random.integer(0, count - 1),
        signal: random.chance(0.7) ? 'SIGKILL' : 'SIGINT',
        group: random.chance(0.5),
        afterMs: random.integer(0, 1100),
      },
    }
  },

  async run({ offsetsMs, makeMs, victim }, place) {
    const stub = stubTree(place, 'stub', makeMs)
    const runs = offsetsMs.map(async (offsetMs, index) => {
      await place.moment(offsetMs)
      const command = place.start('install', stub, '--json')
      if (index !== victim.index) return place.end(command)
      await place.moment(victim.afterMs)
      if (!command.running) return place.end(command)
      place.tally.fault(victim.signal === 'SIGKILL' ? 'builder kills' : 'builder Ctrl-C')
      if (victim.signal === 'SIGKILL') place.tolerate('dead-locks')
      command.signal(victim.signal, victim)
      return place.end(command)
    })
    const ended = await Promise.all(runs)
    for (const [index, one] of ended.entries()) {
      const fine = one.code === 0 || (index === victim.index && (one.code === 130 || one.signal === victim.signal))
      if (!fine) throw new Violation('failure', `${one.words} ended with ${one.code ?? one.signal}`, lastLines(one))
    }
    const build = await place.json<Build>('install', stub)
    await expectWhole(place, build)
    rmSync(path.join(place.dir, 'work'), { recursive: true })
    mkdirSync(path.join(place.dir, 'work'))
  },
})

function stubTree(place: Place, name: string, makeMs: number): string {
  const dir = path.join(place.dir, 'work', name)
  const { top } = writeStubTree(dir, { build: place.world.build, serverRecipe: `sleep ${makeMs / 1000}` })
  return path.join(dir, top)
}

async function expectWhole(place: Place, build: Build): Promise<void> {
  const cache = place.places.cache
  const fail = (what: string, details: readonly string[]): never => {
    throw new Violation('failure', what, details)
  }
  for (const file of [build.server, build.cli]) {
    if (!existsSync(file)) fail('install named a program that is not there', [file])
  }
  if (buildsIn(cache).length !== 1) fail('one release has become several builds', buildsIn(cache))
  // A builder that was killed could not tidy up: whoever builds next does it, whatever that is.
  if (abandonedIn(cache).length > 0) await place.run('install', stubTree(place, 'another', 1))
  const left = [...abandonedIn(cache), ...locksIn(path.join(cache, 'locks'))]
  if (left.length > 0 && place.tolerance !== 'nothing') await place.run('prune')
  const abandoned = abandonedIn(cache)
  if (abandoned.length > 0) throw new Violation('leak', 'a workshop was left in the cache', abandoned)
  // The lock of one that was killed is in nobody's way, as the installing since has shown.
  const locks = locksIn(path.join(cache, 'locks'))
  if (place.tolerance === 'nothing' && locks.length > 0)
    throw new Violation('leak', 'locks were left in the cache', locks)
}

function locksIn(dir: string): string[] {
  return existsSync(dir) ? readdirSync(dir).map((name) => path.join(dir, name)) : []
}
