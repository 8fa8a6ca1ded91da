import { expect, test } from 'vitest'
import { announceProblem, withoutSecret } from '../../../src/spec/directive.js'
import { parseDirective, type Directive } from '../../../src/spec/index.js'

test.each([
  ['maxmemory 100mb', 'maxmemory', '100mb'],
  ['  MaxMemory   100mb  ', 'maxmemory', '100mb'],
  ['save 900 1 300 10', 'save', '900 1 300 10'],
  ['save ""', 'save', '""'],
  ['client-output-buffer-limit normal 0 0 0', 'client-output-buffer-limit', 'normal 0 0 0'],
  ['io-threads 2', 'io-threads', '2'],
  ['server_cpulist 0', 'server_cpulist', '0'],
  ['a-module.some_thing on', 'a-module.some_thing', 'on'],
  ['bind 127.0.0.1 ::1', 'bind', '127.0.0.1 ::1'],
  ['bind * -::*', 'bind', '* -::*'],
  ['bind 0.0.0.0', 'bind', '0.0.0.0'],
])('%j sets %s to %j', (text, name, value) => expect(parseDirective(text)).toEqual({ name, value }))

test.each(['\n', '\r', '\r\n', '\0', '\u007f', '\u0085', '\u2028', '\u2029', '\t'])(
  'a directive with the character %j is refused, not cleaned',
  (character) => {
    const reason = 'must be a single line without control characters'
    expect(parseDirective(`maxmemory 1${character}port 1`)).toBe(reason)
    expect(parseDirective(`maxmemory 1${character}`)).toBe(reason)
  },
)

test.each(['', ' ', 'maxmemory', 'maxmemory '])('%j lacks a name or a value', (text) => {
  expect(parseDirective(text)).toBe('takes a directive and its value, such as "maxmemory 100mb"')
})

test.each(['# comment', '"save" 1', 'max=memory 1', '_memory 1', '-x 1', '2fa on'])(
  '%j has no name of a directive',
  (text) => {
    expect(parseDirective(text)).toMatch(/is not the name of a directive$/)
  },
)

test.each([
  ['port 7000', 'ports are chosen with --port'],
  ['PORT 7000', 'ports are chosen with --port'],
  ['dir /tmp', 'folders are chosen with --dir'],
  ['daemonize yes', 'nodes stay children of the supervisor'],
  ['include /etc/redis.conf', 'give the directives themselves with --set'],
  ['cluster-announce-port 7000', 'a node is known by its port, which is chosen with --port'],
  ['cluster-announce-bus-port 17000', 'a node is known by its port, which is chosen with --port'],
  ['replicaof 127.0.0.1 7000', 'the cluster says whose replica a node is'],
  ['cluster-enabled no', 'every node of a lab is a cluster node'],
])('%j belongs to the lab, and the sentence says what to use instead', (text, instead) => {
  const [name] = text.toLowerCase().split(' ')
  expect(parseDirective(text)).toBe(`"${name}" belongs to the lab: ${instead}`)
})

test.each(['bind 10.0.0.1', 'bind ::1', 'bind 127.0.0.10', 'bind 1127.0.0.1'])(
  '%j would take away the address at which the lab reaches its nodes',
  (text) => expect(parseDirective(text)).toContain('must keep 127.0.0.1'),
)

test.each([
  ['tls-port 7000', 'with --tls'],
  ['tls-cluster no', 'with --tls'],
  ['tls-replication no', 'with --tls'],
  ['tls-cert-file /mine.crt', 'its own certificates'],
  ['TLS-CA-CERT-FILE /mine.crt', 'its own certificates'],
])('%s is the lab’s to say', (text, reason) => {
  expect(parseDirective(text)).toContain(reason)
})

test.each(['tls-auth-clients yes', 'tls-protocols "TLSv1.3"', 'tls-session-caching no'])(
  '%s is anybody’s to say',
  (text) => {
    expect(parseDirective(text)).toMatchObject({ name: text.split(' ')[0] })
  },
)

test.each([
  ['requirepass x', '--password'],
  ['masterauth x', '--password'],
  ['primaryauth x', '--password'],
  ['masteruser x', '--acl'],
  ['primaryuser x', '--acl'],
  ['aclfile x', '--acl'],
  ['user bob on', '--acl'],
])('%j is refused with what it is given by', (text, option) => {
  expect(parseDirective(text)).toMatch(new RegExp(`belongs to the lab: .*${option}`))
})

test.each([
  ['requirepass geheim', 'requirepass ***'],
  [' MasterAuth\tgeheim', 'MasterAuth ***'],
  ['user bob on >geheim', 'user ***'],
  ['tls-key-file-pass geheim', 'tls-key-file-pass ***'],
  ['maxmemory 100mb', 'maxmemory 100mb'],
  ['requirepass', 'requirepass'],
])('whoever reads about %j reads %j', (text, shown) => expect(withoutSecret(text)).toBe(shown))

const directives = (set: readonly string[]): Directive[] =>
  set.map((text) => {
    const directive = parseDirective(text)
    if (typeof directive === 'string') throw new Error(directive)
    return directive
  })

test.each([
  [[]],
  [['cluster-announce-ip 127.0.0.1']],
  [['cluster-announce-ip ""']],
  [['cluster-announce-ip ::1', 'bind 127.0.0.1 ::1']],
  [['bind 127.0.0.1 -10.0.0.1', 'cluster-announce-ip "10.0.0.1"']],
  [['bind 0.0.0.0', 'cluster-announce-ip 10.0.0.1']],
  [['bind * -::*', 'cluster-announce-ip fd00::1']],
  [['cluster-announce-ip 10.0.0.1', 'cluster-announce-ip 127.0.0.1']],
])('with %j nodes are reached where they say', (set) => {
  expect(announceProblem(directives(set))).toBeUndefined()
})

test.each([
  [['cluster-announce-ip 10.0.0.1']],
  [['bind 127.0.0.1 10.0.0.2', 'cluster-announce-ip 10.0.0.1']],
  [['bind 0.0.0.0', 'cluster-announce-ip ::1']],
  [['bind 0.0.0.0', 'bind 127.0.0.1', 'cluster-announce-ip 10.0.0.1']],
])('with %j they are not', (set) => {
  expect(announceProblem(directives(set))).toMatch(
    /^--set "cluster-announce-ip (10\.0\.0\.1|::1)": nodes reach each other at that address/,
  )
})
