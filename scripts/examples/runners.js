/** What is done with each example: its tests, and then all that can go wrong with a run. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { clearInterval, setInterval } from 'node:timers'
import { fileURLToPath } from 'node:url'

const tsc = fileURLToPath(import.meta.resolve('typescript/bin/tsc'))
/** The program of a package that is installed with the example. */
const bin = (place, file) => path.join(place.app, 'node_modules', file)

const vitest = (place, ...args) =>
  place.start(process.execPath, [bin(place, 'vitest/vitest.mjs'), '--config', 'trouble/vitest.config.ts', ...args])
const jest = (place, ...args) =>
  place.start(process.execPath, [bin(place, 'jest/bin/jest.js'), '--config', 'trouble/jest.config.js', ...args])
const nodeTest = (place, name) => place.start(process.execPath, ['--test', `built/trouble/${name}.test.js`])

export const runners = {
  vitest: {
    async test(place) {
      await passes(place)
      // vitest takes types for comments.
      await place.start(process.execPath, [tsc, '-p', '.']).expectCode(0)
    },
    async trouble(place) {
      await tells(place, vitest(place, 'run', 'fails'))
      await killed(place, () => vitest(place, 'run', 'endless'))
      await interrupted(place, () => vitest(place, 'run', 'endless'))
      await watches(place, vitest(place, '--watch', 'watched'), 'trouble/watched.test.ts')
    },
  },
  jest: {
    async test(place) {
      await passes(place)
    },
    async trouble(place) {
      await tells(place, jest(place, 'fails'))
      const bailing = jest(place, '--bail', 'fails')
      await bailing.expectCode(1)
      await place.expectNothingLeft('--bail')
      const open = jest(place, '--detectOpenHandles', 'watched')
      await open.expectCode(0)
      open.expectNotSaid(/open handle|did not exit/)
      await place.expectNothingLeft('--detectOpenHandles, which found none')
      await killed(place, () => jest(place, 'endless'))
      await interrupted(place, () => jest(place, 'endless'))
      await watches(place, jest(place, '--watchAll', 'watched'), 'trouble/watched.test.js')
    },
  },
  'node-test': {
    async test(place) {
      await passes(place)
    },
    async trouble(place) {
      await tells(place, nodeTest(place, 'fails'))
      await killed(place, () => nodeTest(place, 'endless'))
      await interrupted(place, () => nodeTest(place, 'endless'))
    },
  },
}

async function passes(place) {
  const run = place.start('npm', ['test', '--silent'])
  await run.expectCode(0)
  await place.expectNothingLeft('its tests, which passed')
}

/** A test that fails tells what its lab was like, and leaves the lab's folder where it says. */
async function tells(place, run) {
  await run.expectCode(1)
  run.expectSaid(
    /redis-lab: the lab "test-\w+" when "a node is down" failed/,
    /m1 \(\d+\): crashed, signal SIGKILL/,
    /\+\d+\.\d+ s {2}m1 ended \(signal SIGKILL\), redis-lab kill/,
    /r1 logged:\n.*Connection with master lost/,
  )
  for (const [, folder] of run.said.matchAll(/its folder is kept: (.+)/g)) {
    if (!existsSync(path.join(folder, 'lab.json'))) throw new Error(`${place.name}: nothing is kept in ${folder}`)
  }
  run.expectSaid(/its folder is kept: /)
  await place.expectNothingLeft('a failure, which told of its lab')
}

/** SIGKILL of the runner alone. Its workers may go on with their test, which never ends, but not with their labs. */
async function killed(place, start) {
  const run = start()
  await run.says(/LABS/g)
  run.kill()
  await place.expectNothingLeft('SIGKILL', { exceptGroup: run.child.pid })
  run.killGroup()
  await place.expectNothingLeft('SIGKILL of its workers')
}

async function interrupted(place, start) {
  const run = start()
  await run.says(/LABS/g)
  run.interrupt()
  await run.ended()
  await place.expectNothingLeft('Ctrl-C')
}

/** Three runs of one watch have the same lab, and it ends with the watch. */
async function watches(place, run, file) {
  const test = path.join(place.app, file)
  // A change in the moment in which a run ends may go unheard: it is made again.
  const change = setInterval(() => writeFileSync(test, `${readFileSync(test, 'utf8')}// changed\n`), 2000)
  try {
    const matches = await run.says(/RUN (test-\w+) running$/gm, 3)
    if (matches.some(([, name]) => name !== matches[0][1])) {
      throw new Error(`${place.name}: a watch has formed a lab anew`)
    }
  } finally {
    clearInterval(change)
  }
  run.interrupt()
  await run.ended()
  await place.expectNothingLeft('a watch, whose runs had one lab')
}
