import { expect, test } from 'vitest'
import { ownPlace, placeText, whereabouts, whyElsewhere, type Place } from '../../../src/util/process-place.js'

const boot = '22466170-fa1c-40ce-9009-bba1a287485e'
const otherBoot = '11111111-fa1c-40ce-9009-bba1a287485e'
const here: Place = { system: 'linux', boot, namespace: '4026531836', machine: 'a'.repeat(32), host: 'dev' }
const recorded = (change: Partial<Place> = {}) => {
  const place = { ...here, ...change }
  return { startTime: `${place.boot}:1234`, place: placeText(place) }
}

test.each<[string, Partial<Place>, ReturnType<typeof whereabouts>]>([
  ['of this boot and namespace is here', {}, 'here'],
  ['of this namespace is here, even if the host was renamed', { host: 'renamed' }, 'here'],
  ['of another namespace of this boot is elsewhere', { namespace: '4026532001' }, 'elsewhere'],
  ['of an earlier boot of this machine is of an earlier boot', { boot: otherBoot }, 'earlier-boot'],
  [
    'of a container before a reboot is of an earlier boot',
    { boot: otherBoot, namespace: '4026532001' },
    'earlier-boot',
  ],
  ['of another boot and host name is elsewhere', { boot: otherBoot, host: 'other' }, 'elsewhere'],
  ['of another boot and machine is elsewhere', { boot: otherBoot, machine: 'b'.repeat(32) }, 'elsewhere'],
  ['of another boot and a machine without an id is elsewhere', { boot: otherBoot, machine: '-' }, 'elsewhere'],
  ['of another system is elsewhere', { system: 'darwin' }, 'elsewhere'],
])('a record %s', (_, change, expected) => {
  expect(whereabouts(recorded(change), here)).toBe(expected)
})

test('without a machine id the host name tells the machine after a reboot', () => {
  const container = { ...here, machine: '-', host: '0f2e4d6c8b0a' }
  expect(whereabouts(recorded({ ...container, boot: otherBoot }), container)).toBe('earlier-boot')
  expect(whereabouts(recorded({ ...container, boot: otherBoot, host: '1a2b3c4d5e6f' }), container)).toBe('elsewhere')
})

test('a record of an earlier version is of this place, or of an earlier boot of it', () => {
  expect(whereabouts({ startTime: `${boot}:1` }, here)).toBe('here')
  expect(whereabouts({ startTime: `${otherBoot}:1` }, here)).toBe('earlier-boot')
})

test('a place that cannot be read is elsewhere, and so is everything where this process cannot tell its own', () => {
  expect(whereabouts({ startTime: `${boot}:1`, place: 'linux' }, here)).toBe('elsewhere')
  expect(whereabouts(recorded(), undefined)).toBe('elsewhere')
})

test('without boots and namespaces, as on macOS, every record of the system is here', () => {
  const mac: Place = { system: 'darwin', boot: '', namespace: '-', machine: '-', host: 'Laptop.local' }
  const startTime = 'Thu Nov 26 09:05:01 2026'
  expect(whereabouts({ startTime, place: placeText({ ...mac, host: 'dhcp-17' }) }, mac)).toBe('here')
  expect(whereabouts({ startTime }, mac)).toBe('here')
  expect(whereabouts(recorded(), mac)).toBe('elsewhere')
})

test('the reason names where a process was started, and the host', () => {
  expect(whyElsewhere(recorded({ namespace: '1', host: 'a b' }), here)).toBe(
    'it was started in another container or pid namespace of this machine (host name a b)',
  )
  expect(whyElsewhere(recorded({ boot: otherBoot, host: 'other' }), here)).toBe(
    'it was started on another machine or container (host name other)',
  )
})

test('this process knows its place', () => {
  expect(ownPlace()).toMatchObject({ system: process.platform, host: expect.stringMatching(/./) as string })
})
