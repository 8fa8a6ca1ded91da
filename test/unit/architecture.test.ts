/** The house as the design draws it, held against the sources. What each rule means, and that it can fail: architecture/. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../src/paths.js'
import { actsAtImport, idleReaders, readsEnvironment, speaksOutOfPlace } from './architecture/behaviour.js'
import {
  breaksOrder,
  cycles,
  doors,
  entryPoints,
  leadsNowhere,
  passesDoor,
  passesPackageDoor,
  strayPackages,
} from './architecture/imports.js'
import { readSources, type Source } from './architecture/source.js'

const sources = readSources(path.join(packageRoot(), 'src'))
const { dependencies, peerDependencies } = JSON.parse(
  readFileSync(path.join(packageRoot(), 'package.json'), 'utf8'),
) as Record<'dependencies' | 'peerDependencies', Record<string, string>>
const declared = Object.keys(dependencies)
const peers = Object.keys(peerDependencies)

test('the sources were found, and every import of one leads to one', () => {
  expect(sources.map(({ file }) => file)).toEqual(expect.arrayContaining(['index.ts', ...entryPoints]))
  expect(leadsNowhere(sources)).toEqual([])
})

const rules: Record<string, (sources: readonly Source[]) => string[]> = {
  'a part of the house imports only parts below it': breaksOrder,
  'a folder is entered through its index.ts, and entry points by nobody': passesDoor,
  'a package is imported by the one file that is its door': passesPackageDoor,
  'every package that is imported is a dependency, and every dependency is imported': (all) =>
    strayPackages(all, declared, peers),
  'no file imports itself in a circle, types included': cycles,
  'only view/, cli/ and the supervisor as a program speak or end the process': speaksOutOfPlace,
  'the environment is read only where options are resolved': readsEnvironment,
  'nothing happens at import': actsAtImport,
}

test.each(Object.entries(rules))('%s', (_, offences) => expect(offences(sources)).toEqual([]))

test('no exception outlives its reason', () => {
  expect(idleReaders(sources)).toEqual([])
  expect(Object.keys(doors).filter((name) => ![...declared, ...peers].includes(name))).toEqual([])
})
