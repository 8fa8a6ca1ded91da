import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { readConfig } from '../../../src/config/read.js'
import { LabError } from '../../../src/errors.js'
import { resolveLab } from '../../../src/spec/index.js'
import { thrownBy, useTempDir } from '../support.js'

const temp = useTempDir()

function put(name: string, text: string): string {
  writeFileSync(temp(name), text)
  return temp(name)
}
const values = async (name: string, text: string) => (await readConfig(put(name, text))).values

/** All sentences of the error that reading and resolving the file gives, without the folder. */
async function problems(name: string, text: string): Promise<string[]> {
  const error = LabError.from(
    await thrownBy(async () => resolveLab({}, {}, { file: await readConfig(put(name, text)) })),
  )
  expect(error).toMatchObject({ code: 'bad-input', hint: expect.stringContaining('--no-config') as string })
  const { message, details } = error
  return (message.startsWith(temp()) ? [message] : details).map((line) => line.replaceAll(temp(), '.'))
}

test.each([
  ['c.json', '\uFEFF{ "$schema": "./node_modules/redis-lab/config.schema.json", "masters": 5 }'],
  ['c.mjs', 'export default { masters: 5 }'],
  ['c.mjs', 'export default () => ({ masters: 5 })'],
  ['c.mjs', 'export default async () => ({ masters: 5 })'],
  ['c.js', 'module.exports = { masters: 5 }'],
  ['c.ts', 'const masters: number = 5\nexport default { masters } satisfies object'],
  ['c.ts', 'enum Size { Small = 5 }\nexport default async (): Promise<object> => ({ masters: Size.Small })'],
])('%s: %s', async (name, text) => expect(await values(name, text)).toEqual({ masters: 5 }))

test('a TypeScript file may import another one', async () => {
  put('shared.ts', 'export const masters: number = 5\n')
  expect(await values('c.ts', "import { masters } from './shared'\nexport default { masters }")).toEqual({ masters: 5 })
})

test.each([
  ['', './c.json:1:1: this is not JSON: value expected'],
  ['{', './c.json:1:2: this is not JSON: close brace expected'],
  ['{\n  "masters": 5\n  "replicas": 0\n}', './c.json:3:3: this is not JSON: comma expected'],
  ['{\n  masters: 5 }', './c.json:2:3: this is not JSON: invalid symbol'],
  ['{\n  // why\n}', './c.json:2:3: this is not JSON: invalid comment token'],
  ['{ "masters": 5, }', './c.json:1:17: this is not JSON: property name expected'],
  ['{} {}', './c.json:1:4: this is not JSON: end of file expected'],
  ['{\n  "masters": 5,\n  "masters": 6 }', './c.json:3:3: "masters" is said twice'],
  ['[]', './c.json has to give an object of options, not []'],
  ['5', './c.json has to give an object of options, not 5'],
])('the JSON %j is refused with line and column', async (text, sentence) => {
  expect(await problems('c.json', text)).toEqual([sentence])
})

test('every option that is wrong is told at once, each with its place', async () => {
  const text =
    '{\n  "masters": "x",\n  "set": ["hz 20",\n    "port 1"],\n  "restart": 1,\n  "port": null,\n  "colour": "red" }'
  expect(await problems('c.json', text)).toEqual([
    './c.json:2:3: masters takes a whole number from 1 to 1000, not "x"',
    './c.json:6:3: port takes a port from 1 to 55535 (the cluster bus needs port + 10000), or "auto", not null',
    './c.json:4:5: set "port 1": "port" belongs to the lab: ports are chosen with --port',
    './c.json:5:3: restart takes true or false, not 1',
    './c.json:7:3: there is no option "colour"',
  ])
})

test.each([
  [
    'export default { masters: 0, a: 1 }',
    ['./c.mjs: masters takes a whole number from 1 to 1000, not 0', './c.mjs: there is no option "a"'],
  ],
  ['export default { dir: 5 }', ['./c.mjs: dir takes the path of a folder, not 5']],
  ['export const masters = 5', ['./c.mjs has no default export']],
  ['export default 5', ['./c.mjs has to give an object of options, not 5']],
  ['export default () => {}', ['./c.mjs has to give an object of options, not undefined']],
  ['export default () => { throw new Error("no luck\\ntoday") }', ['./c.mjs cannot be loaded: no luck']],
  ['export default () => Promise.reject("no reason")', ["./c.mjs cannot be loaded: 'no reason'"]],
])('the module %j is refused with its file', async (text, sentences) => {
  expect(await problems('c.mjs', text)).toEqual(sentences)
})

test('a TypeScript file that cannot be parsed is refused with its place', async () => {
  const [sentence] = await problems('c.ts', 'export default {\n  masters: : 5 }')
  expect(sentence).toMatch(/^\.\/c\.ts cannot be loaded: \S/)
})

test.each([
  ['there.json', 'is named as the config file, and is not there'],
  ['folder.json', 'is named as the config file, and is no file'],
  ['x.yaml', 'is no config file: its name has to end in .json, .js, .mjs or .ts'],
])('%s %s', async (name, words) => {
  mkdirSync(temp('folder.json'))
  expect(await thrownBy(() => readConfig(temp(name)))).toMatchObject({
    code: 'bad-input',
    message: `${temp(name)} ${words}`,
  })
})

test('paths are relative to the file; what only could be one stays what it is', async () => {
  mkdirSync(temp('sources'))
  const options = { dir: 'lab', redis: './redis.tar.gz', modules: ['./x.so:a "b c"', { file: '../y.so' }, '/z.so'] }
  expect(await values('c.json', JSON.stringify(options))).toEqual({
    dir: temp('lab'),
    redis: temp('redis.tar.gz'),
    modules: [
      { file: temp('x.so'), args: ['a', 'b c'] },
      { file: path.resolve(temp(), '../y.so') },
      { file: '/z.so', args: [] },
    ],
  })
  const redis = async (text: string) => (await values('c.json', JSON.stringify({ redis: text })))['redis']
  expect(await redis('sources')).toBe(temp('sources'))
  for (const text of ['8.0.6', 'system', 'distro', 'nothing/here', '/sources', '~/sources', ''])
    expect(await redis(text)).toBe(text)
})
