/**
 * The example projects of test/examples, as strangers would have them: the packed package is installed with the runner from the
 * registry, their tests are run, all of them at once, and then everything that can go wrong with a run is done to them. After
 * each of these nothing may be left: no server, no supervisor, no folder of a lab.
 *
 *     npm run examples [-- vitest jest node-test] [-- --with vitest@3.2 --with jest@29]
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Place } from './examples/place.js'
import { runners } from './examples/runners.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values, positionals } = parseArgs({
  options: { with: { type: 'string', multiple: true, default: [] } },
  allowPositionals: true,
})
const names = positionals.length > 0 ? positionals : Object.keys(runners)
const dir = mkdtempSync(path.join(os.tmpdir(), 'redis-lab-examples-'))
const startedAt = Date.now()
const say = (text) => console.log(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(5)} s  ${text}`)

try {
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', dir], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  )
  const tarball = path.join(dir, filename)
  const places = names.map((name) => new Place(name, { dir, root, say }))
  try {
    const extras = (name) => values.with.filter((wish) => wish.startsWith(`${name}@`))
    await all(places.map((place) => place.install([tarball, ...extras(place.name)])))
    // All at once: every lab that anybody starts now meets all the others.
    await all(places.map((place) => runners[place.name].test(place)))
    await all(places.map((place) => runners[place.name].trouble(place)))
  } finally {
    for (const place of places) place.end()
  }
  say('the examples hold')
} finally {
  rmSync(dir, { recursive: true, force: true })
}

/** Waits for all of them, and then reports the first that failed. */
async function all(work) {
  const outcomes = await Promise.allSettled(work)
  const failed = outcomes.find(({ status }) => status === 'rejected')
  if (failed) throw failed.reason
}
