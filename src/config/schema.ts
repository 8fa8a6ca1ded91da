/** The JSON Schema of a config file, for editors, out of the declarations of the options. `npm run build` writes it. */
import * as z from 'zod'
import { labShape, metaOf, type LabOptions } from '../spec/index.js'

export function configSchema(): object {
  const properties = Object.entries(labShape).map(([key, schema]) => [key, propertySchema(key, schema)] as const)
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'redis-lab config file',
    description: 'The options of redis-lab up. A flag and an environment variable count before it.',
    type: 'object',
    properties: {
      $schema: { type: 'string', description: 'for editors' },
      ...Object.fromEntries(properties),
    },
    additionalProperties: false,
  }
}

function propertySchema(key: string, schema: (typeof labShape)[keyof LabOptions]): object {
  const { $schema: _, ...property } = z.toJSONSchema(schema, { io: 'input' })
  const { description, flag } = metaOf(labShape, key)
  // A switch that is on unless it is said is described by what turns it off.
  return { description: flag.startsWith('--no-') ? `false: ${description}` : description, ...property }
}
