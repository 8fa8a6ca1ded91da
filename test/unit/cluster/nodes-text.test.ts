import { expect, test } from 'vitest'
import { countSlots, isMaster, isMyself, parseNodes } from '../../../src/cluster/index.js'
import { troubleOf } from '../../../src/cluster/nodes-text.js'

const a = 'a'.repeat(40)
const b = 'b'.repeat(40)
const shard = 'c'.repeat(40)
const parseOne = (line: string) => parseNodes(`${line}\n`)[0]
const master = (address: string) => parseOne(`${a} ${address} myself,master - 0 0 1 connected 0-5460`)

test.each([
  ['Redis 3', '127.0.0.1:6001'],
  ['Redis 5.0 and 6', '127.0.0.1:6001@16001'],
  ['Redis 7.0', '127.0.0.1:6001@16001,'],
  ['Redis 7.0 with a host name', '127.0.0.1:6001@16001,node-1.example'],
  ['Redis 7.2 and 8', `127.0.0.1:6001@16001,,tls-port=0,shard-id=${shard}`],
  ['Redis 7.2 with a host name', `127.0.0.1:6001@16001,node-1.example,shard-id=${shard},tls-port=0`],
  ['Redis 7.2 and 8, of a node that speaks TLS alone', `127.0.0.1:0@16001,,tls-port=6001,shard-id=${shard}`],
  ['Valkey, of a node that speaks TLS alone', `127.0.0.1:0@16001,node-1.example,shard-id=${shard},tls-port=6001`],
  ['an IPv6 address', '::1:6001@16001'],
  ['a node that does not know its own address', ':6001@16001'],
])('%s: the port is found in %j', (_, address) => {
  expect(master(address)).toMatchObject({
    id: a,
    port: 6001,
    flags: ['myself', 'master'],
    masterId: null,
    epoch: 1,
    linked: true,
    slots: [[0, 5460]],
    moving: [],
  })
})

test('a replica names its master and has no slots', () => {
  const line = parseOne(`${b} 127.0.0.1:6004@16004 slave ${a} 0 1700000000000 3 disconnected`)
  expect(line).toMatchObject({ id: b, port: 6004, masterId: a, slots: [], epoch: 3, linked: false })
})

test('single slots, ranges and slots on their way are told apart', () => {
  const line = parseOne(`${a} 127.0.0.1:1@2 master - 0 0 1 connected 0-99 200 300-400 [93->-${b}] [77-<-${b}]`)
  expect(line?.slots).toEqual([
    [0, 99],
    [200, 200],
    [300, 400],
  ])
  expect(line?.moving).toEqual([`[93->-${b}]`, `[77-<-${b}]`])
})

test('a nodes.conf is read like an answer, its variables left out', () => {
  const text = `${a} 127.0.0.1:1@2 myself,master - 0 0 1 connected\r\nvars currentEpoch 6 lastVoteEpoch 0\r\n`
  expect(parseNodes(text)).toHaveLength(1)
  expect(parseNodes('')).toEqual([])
})

test.each([
  ['ERR nonsense'],
  [`${a}`],
  [`${a} 127.0.0.1 master - 0 0 1 connected`],
  [`${a.slice(1)} 127.0.0.1:1@2 master - 0 0 1 connected`],
  [`${a} 127.0.0.1:1@2 master - 0 0 x connected`],
  [`${a} 127.0.0.1:1@2 master - 0 0 1 connected 12-x`],
])('%j is no line of CLUSTER NODES, and the error shows it', (line) => {
  expect(() => parseNodes(line)).toThrow(/^not a (line of CLUSTER NODES|range of slots): "/)
})

const flagged = (flags: string) => {
  const line = parseOne(`${a} 127.0.0.1:1@2 ${flags} - 0 0 1 connected`)
  if (!line) throw new Error('no line')
  return line
}

test.each([
  ['master', undefined],
  ['slave,nofailover', undefined],
  ['handshake', 'handshake'],
  ['master,noaddr', 'noaddr'],
  ['master,fail', 'fail'],
  ['slave,fail?', 'fail?'],
])('a node with the flags %s is in trouble: %s', (flags, trouble) => {
  expect(troubleOf(flagged(flags))).toBe(trouble)
})

test('a flag is not found in the name of another', () => {
  expect(isMaster(flagged('slave,nofailover'))).toBe(false)
  expect(isMyself(flagged('myself,master'))).toBe(true)
  expect(isMyself(flagged('master'))).toBe(false)
})

test('slots are counted with both ends', () => {
  expect(
    countSlots([
      [0, 0],
      [10, 19],
    ]),
  ).toBe(11)
})
