import { expect, test } from 'vitest'
import { failureLines } from '../../../src/release/make/evidence.js'
import { missingPackage } from '../../../src/release/make/missing.js'
import { countProgress } from '../../../src/release/make/progress.js'
import { installLine } from '../../../src/release/make/tools.js'

test('the evidence of a failed build is what the compiler said, not the end of the log', () => {
  const log = [
    'cc -Werror=deprecated-declarations -c server.c -o server.o',
    'server.c:12:5: error: unknown type name "foo"',
    ...Array.from({ length: 50 }, (_, i) => `cc -c other${i}.c -o other${i}.o`),
    'make: *** [Makefile:345: server.o] Error 1',
  ]
  expect(failureLines(log)).toEqual(['server.c:12:5: error: unknown type name "foo"'])
})

test('a log without any complaint is shown from its end', () => {
  expect(failureLines(['one', '', 'two', 'three'], 2)).toEqual(['two', 'three'])
})

test('progress only grows, and reaches the whole when make has ended and not before', () => {
  const seen: number[] = []
  const progress = countProgress(3, ({ doneSteps }) => seen.push(doneSteps))
  for (const line of ['cc -c a.c', 'rm -f x', 'cc -c b.c', 'cc -o server a.o b.o', 'cc -c surprise.c'])
    progress.seeLine(line)
  expect(seen).toEqual([0, 1, 2])
  progress.finish()
  expect(seen).toEqual([0, 1, 2, 3])
})

test.each([
  ['linux', 'ID=debian\n', 'apt-get install build-essential'],
  ['linux', 'NAME="Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\n', 'apt-get install build-essential'],
  ['linux', 'ID="rocky"\nID_LIKE="rhel centos fedora"\n', 'dnf install'],
  ['linux', 'ID=alpine\n', 'apk add build-base'],
  ['linux', 'ID=arch\n', 'pacman -S'],
  ['darwin', '', 'xcode-select --install'],
  ['linux', '', 'Install a C compiler'],
] as const)('on %s with %j the missing tools are had with "%s"', (platform, osRelease, line) => {
  expect(installLine(platform, osRelease)).toContain(line)
})

test('that the linker failed, and that make did, is worth a line only where nobody said why', () => {
  const why = "/usr/bin/ld: server.c:12: undefined reference to `foo'"
  const after = ['collect2: error: ld returned 1 exit status', 'make[1]: *** [Makefile:9: redis-server] Error 1']
  expect(failureLines([why, ...after])).toEqual([why])
  expect(failureLines(after)).toEqual([after[0]])
  expect(failureLines(['cc -c a.c', "make: *** No rule to make target 'x'.  Stop.", 'bye'])).toEqual([
    "make: *** No rule to make target 'x'.  Stop.",
  ])
})

const osReleases = { debian: 'ID=debian\n', fedora: 'ID=fedora\n', alpine: 'ID=alpine\n', unknown: '' }
test.each([
  ['tls.c:10:10: fatal error: openssl/ssl.h: No such file or directory', 'debian', 'apt-get install libssl-dev'],
  ['tls.c:10:10: fatal error: openssl/ssl.h: No such file or directory', 'fedora', 'dnf install openssl-devel'],
  ["tls.c:10:10: fatal error: 'openssl/ssl.h' file not found", 'debian', 'libssl-dev'],
  ['/usr/bin/ld: cannot find -lssl: No such file or directory', 'debian', 'libssl-dev'],
  ['a.c:1:10: fatal error: linux/futex.h: No such file or directory', 'alpine', 'apk add linux-headers'],
  ['a.c:1:10: fatal error: stdio.h: No such file or directory', 'debian', 'libc6-dev'],
  ["cc: fatal error: cannot execute 'cc1plus': execvp: No such file or directory", 'fedora', 'gcc-c++'],
  ['a.cc:1:10: fatal error: algorithm: No such file or directory', 'debian', 'g++'],
  ['tls.c:10:10: fatal error: openssl/ssl.h: No such file or directory', 'unknown', 'libssl-dev or openssl-devel'],
] as const)('%s, on %s: the package is %s', (line, system, advice) => {
  expect(missingPackage(['cc -c tls.c', line], 'linux', osReleases[system])).toContain(advice)
})

test('on macOS the package has another name', () => {
  const line = "tls.c:10:10: fatal error: 'openssl/ssl.h' file not found"
  expect(missingPackage([line], 'darwin', '')).toContain('brew install openssl')
  expect(missingPackage(["ld: library 'ssl' not found"], 'darwin', '')).toContain('brew install openssl')
})

test('what belongs to the release itself, and every other failure, has no package', () => {
  for (const line of ['a.c:1:10: fatal error: server.h: No such file or directory', 'a.c:1:1: error: no', ''])
    expect(missingPackage([line], 'linux', osReleases.debian)).toBeUndefined()
})
