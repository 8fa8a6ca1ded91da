import { expect, test } from 'vitest'
import { parseDirective, sameDirectives, type Directive } from '../../../src/spec/index.js'

const parsed = (texts: readonly string[]) => texts.map((text) => parseDirective(text) as Directive)
const same = (one: readonly string[], other: readonly string[]) => sameDirectives(parsed(one), parsed(other))

test.each<[string, string[], string[]]>([
  ['another order', ['hz 20', 'maxmemory 1mb'], ['maxmemory 1mb', 'hz 20']],
  ['a line that a later one replaces', ['hz 10', 'hz 20'], ['hz 20']],
  ['the same line twice', ['hz 20', 'hz 20'], ['hz 20']],
  ['another case of the name', ['MaxMemory 1mb'], ['maxmemory 1mb']],
  ['quotes and spaces', ['maxmemory   "1mb"'], ['maxmemory 1mb']],
  ['an amount of memory in another unit', ['maxmemory 1mb'], ['maxmemory 1048576']],
  ['a decimal unit', ['maxmemory 1M'], ['maxmemory 1000000']],
  ['yes in another case', ['appendonly YES'], ['appendonly yes']],
  ['a name of before Redis 5.0', ['slave-priority 5'], ['replica-priority 5']],
  [
    'buffer limits of two classes in another order',
    ['client-output-buffer-limit normal 0 0 0', 'client-output-buffer-limit slave 1mb 1mb 60'],
    ['client-output-buffer-limit replica 1mb 1mb 60', 'client-output-buffer-limit normal 0 0 0'],
  ],
])('%s is the same', (_, one, other) => expect(same(one, other)).toBe(true))

test.each<[string, string[], string[]]>([
  ['another value', ['hz 20'], ['hz 30']],
  ['another last line', ['hz 10', 'hz 20'], ['hz 20', 'hz 10']],
  ['a directive more', ['hz 20'], ['hz 20', 'maxmemory 1mb']],
  ['one save line of two, because these add up', ['save 60 1', 'save 300 10'], ['save 300 10']],
  [
    'one buffer limit of two',
    ['client-output-buffer-limit normal 1 1 1', 'client-output-buffer-limit pubsub 1 1 1'],
    [],
  ],
  ['a text in another case', ['requirepass-like A'], ['requirepass-like a']],
])('%s is not', (_, one, other) => expect(same(one, other)).toBe(false))
