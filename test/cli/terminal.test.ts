/** What a person at a terminal sees, through a pseudo-terminal that `script` makes. */
import { execFileSync, spawn } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { findOnPath } from '../../src/util/command.js'
import { fakeRelease } from '../release/support.js'
import { bin, outcomeOf, useScratch } from '../support/scratch.js'

const scratch = useScratch()

/** The one of util-linux; that of BSD and macOS takes other arguments. */
const hasScript =
  findOnPath('script', process.env['PATH'] ?? '') !== undefined &&
  process.platform === 'linux' &&
  execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux')

async function atTerminal(...args: string[]): Promise<{ code: number | null; screen: string }> {
  const words = [process.execPath, bin, ...args].map((word) => `'${word}'`).join(' ')
  const command = `stty cols 100 rows 30; exec ${words}`
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: { ...scratch.env, REDIS_LAB_CACHE: `${scratch.dir}/cache` },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { code, stdout } = await outcomeOf(child)
  return { code, screen: stripVTControlCharacters(stdout) }
}

test.skipIf(!hasScript)('a build is shown as a live list, and only its own stage', async () => {
  // Long enough for the list to appear: what is over in a moment is not shown at all.
  const { archive } = await fakeRelease({ serverRecipe: 'sleep 2' })
  const { code, screen } = await atTerminal('install', archive)
  expect(code, screen).toBe(0)
  expect(screen).toMatch(/› making redis/)
  expect(screen).toMatch(/✔ Redis release/)
  expect(screen).not.toContain('Prove the cluster ready')
})

test.skipIf(!hasScript)('an up that builds first goes through all stages, and ends with the table', async () => {
  const { archive } = await fakeRelease({ serverRecipe: 'sleep 2' })
  const { code, screen } = await atTerminal('up', '--port', 'auto', '--redis', archive)
  expect(code, screen).toBe(0)
  expect(screen).toMatch(/✔ Redis release .*✔ Start the servers and join them .*✔ Prove the cluster ready/s)
  expect(screen).toContain('All 16384 slots are served.')
  await scratch.run('down', '--purge')
})

test.skipIf(!hasScript)('a failure ends the list, and the error stands below it', async () => {
  const { archive } = await fakeRelease({ serverRecipe: 'sleep 2; false' })
  const { code, screen } = await atTerminal('install', archive)
  expect(code).toBe(1)
  expect(screen).toMatch(/✖ Redis release.*redis-lab: redis .* could not be built/s)
})
