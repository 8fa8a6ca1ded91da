import { expect, test } from 'vitest'
import { readDirective } from '../../../src/node/index.js'

const conf =
  'port 6001\n# hz 20\nHZ 30\n  cluster-node-timeout \t 5000  \nsave ""\nlogfile "redis.log"\nmaxmemory-policy \'noeviction\'\nhz 40\n'

test.each([
  ['port', '6001'],
  ['hz', '40'],
  ['cluster-node-timeout', '5000'],
  ['save', ''],
  ['logfile', 'redis.log'],
  ['maxmemory-policy', 'noeviction'],
  ['appendonly', undefined],
])('a redis.conf gives %s the value %j', (name, value) => expect(readDirective(conf, name)).toBe(value))
