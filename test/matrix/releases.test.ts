/** Which releases the matrix has run with, which it had to leave out, and why. */
import { expect, inject, test } from 'vitest'
import { inWords } from './support/prepare.js'
import { releases } from './support/releases.js'

const answers = inject('matrix')

for (const { redis, from, outcome } of answers) {
  const title = `${redis} is ${inWords(outcome)}`
  if (outcome.kind === 'missing' && from !== 'asked') test.skip(`${redis} ${inWords(outcome)}`)
  else test(title, () => expect(outcome).toMatchObject({ kind: expect.stringMatching(/^(had|same)$/) as string }))
}

/** One suite is proof that the mirror of the distribution whose suites these are can be reached from here. */
const reachable = answers.filter(({ redis, outcome }) => redis.includes('distro:') && outcome.kind !== 'missing')

test.skipIf(reachable.length === 0)(
  'where a suite of the distribution can be reached, there are at least three versions of Redis and one of Valkey',
  () => {
    const names = (engine: string) => releases.filter(({ build }) => build.engine === engine).map(({ name }) => name)
    expect(names('redis').length, names('redis').join(', ')).toBeGreaterThanOrEqual(3)
    expect(names('valkey').length, names('valkey').join(', ')).toBeGreaterThanOrEqual(1)
  },
)
