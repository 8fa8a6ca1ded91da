/** Modules that are built for the test, against the header that a build keeps beside its programs. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { ask } from '../support/ask.js'
import { isRunning, pidsOf, small } from '../support/lab.js'
import { labsIn, useScratch } from '../support/scratch.js'

const scratch = useScratch()

/** `labtest.words` answers with what the module was loaded with. It does not let itself be loaded with "fail". */
const source = `
#include "redismodule.h"
static RedisModuleString *given[16];
static int count;
static int words(RedisModuleCtx *ctx, RedisModuleString **argv, int argc) {
  (void)argv; (void)argc;
  RedisModule_ReplyWithArray(ctx, count);
  for (int i = 0; i < count; i++) RedisModule_ReplyWithString(ctx, given[i]);
  return REDISMODULE_OK;
}
int RedisModule_OnLoad(RedisModuleCtx *ctx, RedisModuleString **argv, int argc) {
  if (RedisModule_Init(ctx, "labtest", 1, REDISMODULE_APIVER_1) == REDISMODULE_ERR) return REDISMODULE_ERR;
  for (int i = 0; i < argc && i < 16; i++) {
    size_t length;
    const char *text = RedisModule_StringPtrLen(argv[i], &length);
    if (length == 4 && text[0] == 'f') {
      RedisModule_Log(ctx, "warning", "told to fail");
      return REDISMODULE_ERR;
    }
    given[count++] = RedisModule_CreateStringFromString(ctx, argv[i]);
  }
  return RedisModule_CreateCommand(ctx, "labtest.words", words, "readonly", 0, 0, 0);
}
`

const header = path.join(path.dirname(inject('build').server), '..', 'src', 'redismodule.h')

// A server of the system has no header beside it.
describe.skipIf(!existsSync(header))('with a module', () => {
  let built = ''
  beforeAll(() => {
    built = mkdtempSync(path.join(os.tmpdir(), 'rl-modules-'))
    const compile = (name: string, text: string, ...flags: string[]) => {
      writeFileSync(path.join(built, `${name}.c`), text)
      execFileSync('cc', [...flags, '-I', path.dirname(header), '-o', name, `${name}.c`], { cwd: built })
    }
    compile('words.so', source, '-shared', '-fPIC')
    compile('none.so', 'int nothing;', '-shared', '-fPIC')
    compile('program', 'int main(void) { return 0; }')
  })
  afterAll(() => rmSync(built, { recursive: true, force: true }))

  const module = (name: string) => path.join(built, name)
  const words = (port: number) => ask(port, 'labtest.words')

  test('every node has loaded it, with its arguments, and after a restart it has them again', async () => {
    const up = await scratch.json<LabStatus>('up', '--port', 'auto', '--module', `${module('words.so')}:one "and two"`)
    expect(up.ready.level).toBe('full')
    expect(up.nodes).toHaveLength(6)
    for (const { port } of up.nodes) expect(await words(port)).toEqual(['one', 'and two'])
    expect((await scratch.run('cli', 'r1', '--', 'labtest.words')).stdout).toBe('one\nand two\n')

    expect((await scratch.run('restart', 'm1')).code).toBe(0)
    expect(await words(up.nodes[0]?.port ?? 0)).toEqual(['one', 'and two'])

    const again = ['up', '--module', `${module('words.so')}:other`] as const
    expect(await scratch.run(...again)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        `--module: the lab has "${module('words.so')} one and two", you asked for`,
      ) as string,
    })
    await scratch.run('down')
    const resumed = await scratch.json<LabStatus>(...again)
    expect(resumed.nodes.map(({ id }) => id)).toEqual(up.nodes.map(({ id }) => id))
    for (const { port } of resumed.nodes) expect(await words(port)).toEqual(['other'])
    await scratch.run('down', '--purge')
  })

  test('a path with a colon and a quote, and arguments with a line break, reach the server as they are', async () => {
    const file = path.join(scratch.dir, `a:b" c'é.so`)
    copyFileSync(module('words.so'), file)
    const args = ['\nport 1', '"', "'", '\\', 'é', '', ' x ']
    const config = path.join(scratch.dir, 'redis-lab.config.json')
    writeFileSync(config, JSON.stringify({ modules: [{ file: `./${path.basename(file)}`, args }] }))
    const up = await scratch.json<LabStatus>('up', ...small)
    for (const { port, dir } of up.nodes) {
      expect(await words(port)).toEqual(args)
      expect(readFileSync(path.join(dir, 'redis.conf'), 'utf8').match(/^loadmodule .*$/gm)).toHaveLength(1)
    }
    await scratch.run('down', '--purge')
  })

  test('one that does not let itself be loaded is an error with the node, the words of Redis, and its own', async () => {
    const { code, stderr } = await scratch.run('up', ...small, '--module', `${module('words.so')}:fail`)
    expect(code).toBe(1)
    expect(stderr).toMatch(/^redis-lab: m\d \(port \d+\) did not start: Module .*words\.so initialization failed\./m)
    expect(stderr).toContain('<labtest> told to fail')
    expect(stderr).toContain('Look at the module that --module gave')
    expect(labsIn(scratch.places)).toEqual([])
  })

  test('a shared object that is no module is refused by Redis, in its words', async () => {
    const { code, stderr } = await scratch.run('up', ...small, '--module', module('none.so'))
    expect(code).toBe(1)
    expect(stderr).toMatch(/m\d \(port \d+\) did not start: Module .*none\.so does not export RedisModule_OnLoad\(\)/)
    expect(labsIn(scratch.places)).toEqual([])
  })

  test('what cannot be one is refused before anything is started, all of it at once', async () => {
    const config = path.join(scratch.dir, 'redis-lab.config.json')
    writeFileSync(config, '{ "port": "auto" }')
    const files = ['missing.so', 'words.so.c', 'program', ''].map(module)
    const { code, stdout, stderr } = await scratch.run('up', ...files.flatMap((file) => ['--module', file]))
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.split('\n').slice(0, 5)).toEqual([
      'redis-lab: 4 things are wrong with what was given',
      `  --module "${files[0]}": there is no such file`,
      `  --module "${files[1]}": it is no shared object: it is text`,
      `  --module "${files[2]}": it is a program, and no shared object`,
      `  --module "${path.resolve(built)}": it is no file`,
    ])
    expect(labsIn(scratch.places)).toEqual([])
  })

  test('a kept lab whose module is gone says so, and goes on when it is back', async () => {
    const file = path.join(scratch.dir, 'words.so')
    copyFileSync(module('words.so'), file)
    const up = await scratch.json<LabStatus>('up', ...small, '--module', './words.so')
    expect((await scratch.run('down')).code).toBe(0)
    rmSync(file)
    const { code, stderr } = await scratch.run('up')
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`--module "${file}": there is no such file`) as string,
    })
    copyFileSync(module('words.so'), file)
    const resumed = await scratch.json<LabStatus>('up')
    expect(resumed.nodes.map(({ id }) => id)).toEqual(up.nodes.map(({ id }) => id))
    await scratch.run('down', '--purge')
    expect(pidsOf(resumed).filter(isRunning)).toEqual([])
  })
})
