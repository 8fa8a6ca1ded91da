import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { configSchema } from '../../../src/config/schema.js'
import { packageRoot } from '../../../src/paths.js'
import { labShape } from '../../../src/spec/index.js'

interface Schema {
  readonly properties: Record<string, { description?: string; pattern?: string }>
}

test('config.schema.json is what the declarations say: npm run build writes it', () => {
  const file = path.join(packageRoot(), 'config.schema.json')
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(configSchema())
})

test('it has every option, described, and $schema', () => {
  const { properties } = configSchema() as Schema
  expect(Object.keys(properties)).toEqual(['$schema', ...Object.keys(labShape)])
  for (const property of Object.values(properties)) expect(property.description).toMatch(/\w/)
})

test('its pattern of names lets the same names through', () => {
  const pattern = new RegExp((configSchema() as Schema).properties['name']?.pattern ?? '')
  for (const name of ['a', 'Shop-2', '../x', '-x', ''])
    expect(pattern.test(name)).toBe(labShape.name.safeParse(name).success)
})
