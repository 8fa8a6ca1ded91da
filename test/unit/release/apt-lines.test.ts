import { expect, test } from 'vitest'
import { asSourcePackages, ofSuite, type SourcesFile } from '../../../src/release/sources/apt-lines.js'

const list = (...lines: string[]) => asSourcePackages([{ name: 'a.list', text: lines.join('\n') }])[0]?.text
const deb822 = (text: string) => asSourcePackages([{ name: 'a.sources', text }])[0]?.text

test('a one-line source becomes a source-package source and keeps how it is trusted', () => {
  expect(list('deb [signed-by=/k.gpg arch=amd64] http://mirror.test/debian bookworm main contrib')).toBe(
    'deb-src [signed-by=/k.gpg] http://mirror.test/debian bookworm main contrib\n',
  )
  expect(list('deb [arch=amd64] http://mirror.test/debian bookworm main')).toBe(
    'deb-src http://mirror.test/debian bookworm main\n',
  )
})

test('what is there already is not doubled', () => {
  expect(
    list('deb http://m.test/d s main', 'deb-src  http://m.test/d  s main', 'deb-src http://m.test/other s main'),
  ).toBe('deb-src http://m.test/d s main\ndeb-src http://m.test/other s main\n')
})

test('comments and empty lines are no sources', () => {
  expect(list('# deb http://m.test/d s main', '', '  ', 'deb http://m.test/d s main # the mirror')).toBe(
    'deb-src http://m.test/d s main\n',
  )
  expect(asSourcePackages([{ name: 'a.list', text: '# nothing\n' }])).toEqual([])
})

test('a deb822 stanza keeps its fields, a key in several lines included', () => {
  const text = `# a comment
Types: deb deb-src
URIs: http://m.test/debian
# in between
Suites: bookworm bookworm-updates
Components: main
Architectures: amd64
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBGP4
 -----END PGP PUBLIC KEY BLOCK-----
`
  expect(deb822(text)).toBe(`Types: deb-src
URIs: http://m.test/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBGP4
 -----END PGP PUBLIC KEY BLOCK-----
`)
})

test('a disabled stanza is left out, and two that say the same become one', () => {
  const one = 'URIs: http://m.test/d\nSuites: s\nComponents: main'
  expect(
    deb822(`Enabled: no\nTypes: deb\n${one}\n\nTypes: deb\n${one}\n\n\nTypes: deb-src\nEnabled: yes\n${one}\n`),
  ).toBe(`Types: deb-src\n${one}\n`)
})

const trixie = (...files: SourcesFile[]) => asSourcePackages(ofSuite(files, 'trixie'))
const machine = `Types: deb
URIs: http://m.test/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /k.gpg

Types: deb
URIs: http://m.test/debian-security
Suites: bookworm-security
Components: main
`

test('another suite comes from the mirror of the distribution, trusted as before, and from nobody else', () => {
  const third = { name: 'b.list', text: 'deb http://third.test/apt nodistro main\ndeb http://flat.test/apt ./\n' }
  expect(trixie({ name: 'a.sources', text: machine }, third)).toEqual([
    {
      name: 'a.sources',
      text: 'Types: deb-src\nURIs: http://m.test/debian\nSuites: trixie\nComponents: main\nSigned-By: /k.gpg\n',
    },
  ])
})

test('so it is where sources are lines', () => {
  const text = `deb [signed-by=/k.gpg] http://m.test/ubuntu noble main universe
deb http://m.test/ubuntu noble-updates main
deb http://s.test/ubuntu noble-security main
deb http://third.test/apt stable main
`
  expect(trixie({ name: 'a.list', text })[0]?.text).toBe(
    'deb-src [signed-by=/k.gpg] http://m.test/ubuntu trixie main universe\n',
  )
})

test('where no suite has a companion, all that have a suite are taken', () => {
  const text = 'deb http://m.test/debian sid main\ndeb http://flat.test/apt ./\n'
  expect(trixie({ name: 'a.list', text })[0]?.text).toBe('deb-src http://m.test/debian trixie main\n')
})

test('suites in several lines of a stanza become the one', () => {
  const text = 'Types: deb\nURIs: http://m.test/d\nSuites: bookworm\n bookworm-updates\nComponents: main\n'
  expect(trixie({ name: 'a.sources', text })[0]?.text).toBe(
    'Types: deb-src\nURIs: http://m.test/d\nSuites: trixie\nComponents: main\n',
  )
})
