import { expect, test } from 'vitest'
import { failureLines } from '../../../src/release/make/evidence.js'
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
