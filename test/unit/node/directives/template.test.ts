/** The template says itself which lines are for which versions; the table has the same facts. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { directivesOf, type Version } from '../../../../src/node/directives/history.js'
import { histories } from '../../../../src/node/directives/table.js'
import { renderConf } from '../../../../src/node/index.js'
import { templatePath } from '../../../../src/paths.js'

const versions = Object.entries(histories).flatMap(([engine, { changes }]) =>
  changes.map(({ version }) => ({ engine, version }) as Version),
)
const nameOf = (line: string): string[] => /^(?:\{\{from [^}]*\}\} ?)?([a-z][a-z-]*) /.exec(line)?.slice(1) ?? []

test.each(versions)('$engine $version gets those lines of the template that it knows, and no other', (build) => {
  const names = readFileSync(templatePath('redis.conf'), 'utf8').split('\n').flatMap(nameOf)
  const written = renderConf({ lab: 'one', name: 'm1', port: 6001, dir: '/labs/one/6001', build, set: [] })
  const known = new Set(directivesOf(build))
  expect(names).toContain('cluster-enabled')
  expect(written.split('\n').flatMap(nameOf)).toEqual(names.filter((name) => known.has(name)))
})
