import { expect, test } from 'vitest'
import { didYouMean } from '../../../src/util/did-you-mean.js'

test.each([
  ['lz', ['ls', 'rm', 'prune'], 'Did you mean ls?'],
  ['purne', ['ls', 'rm', 'prune'], 'Did you mean prune?'],
  ['prun', ['ls', 'rm', 'prune'], 'Did you mean prune?'],
  ['redis-7.0', ['redis-8.0.6-libc', 'redis-7.0.15-libc'], 'Did you mean redis-7.0.15-libc?'],
  ['remove', ['ls', 'rm', 'prune'], undefined],
  ['', ['ls', 'rm', 'prune'], undefined],
  ['x', [], undefined],
])('%j among %j: %s', (said, known, answer) => expect(didYouMean(said, known)).toBe(answer))
