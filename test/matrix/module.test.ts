/** A module that is built against the header that came with the release: every server loads it, and clients call it. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Cluster } from 'ioredis'
import { startLab } from 'redis-lab'
import { describe, expect, test } from 'vitest'
import { ask } from '../support/ask.js'
import { useLibraryEnvironment } from '../support/library.js'
import { useScratch } from '../support/scratch.js'
import { keysAllOver } from './support/clients.js'
import { releases } from './support/releases.js'

const scratch = useScratch()
useLibraryEnvironment(scratch)

/** `matrix.append KEY TEXT` is a write of its own, which replicas get as it is; `matrix.word` says what it was loaded with. */
const source = `
#include "redismodule.h"
static RedisModuleString *word;
static int say(RedisModuleCtx *ctx, RedisModuleString **argv, int argc) {
  (void)argv;
  if (argc != 1) return RedisModule_WrongArity(ctx);
  return RedisModule_ReplyWithString(ctx, word);
}
static int append(RedisModuleCtx *ctx, RedisModuleString **argv, int argc) {
  if (argc != 3) return RedisModule_WrongArity(ctx);
  RedisModuleCallReply *reply = RedisModule_Call(ctx, "APPEND", "!ss", argv[1], argv[2]);
  if (reply == NULL) return RedisModule_ReplyWithError(ctx, "ERR it was not appended");
  return RedisModule_ReplyWithCallReply(ctx, reply);
}
int RedisModule_OnLoad(RedisModuleCtx *ctx, RedisModuleString **argv, int argc) {
  if (RedisModule_Init(ctx, "matrix", 1, REDISMODULE_APIVER_1) == REDISMODULE_ERR) return REDISMODULE_ERR;
  if (argc != 1) return REDISMODULE_ERR;
  word = RedisModule_CreateStringFromString(ctx, argv[0]);
  if (RedisModule_CreateCommand(ctx, "matrix.word", say, "readonly", 0, 0, 0) == REDISMODULE_ERR) return REDISMODULE_ERR;
  return RedisModule_CreateCommand(ctx, "matrix.append", append, "write", 1, 1, 1);
}
`

describe.each(releases)('$name', ({ redis, build }) => {
  const headers = path.join(path.dirname(build.server), '..', 'src')
  const header = path.join(headers, 'redismodule.h')

  // What was there already, as with "system", has no header beside it.
  test.skipIf(!existsSync(header))(
    'every server loads a module that was built against its header, and its commands go through the cluster',
    async () => {
      const dir = mkdtempSync(path.join(scratch.dir, 'module-'))
      const file = path.join(dir, 'matrix.so')
      writeFileSync(path.join(dir, 'matrix.c'), source)
      execFileSync('cc', ['-shared', '-fPIC', '-Wall', '-Werror', '-I', headers, '-o', file, 'matrix.c'], { cwd: dir })

      await using lab = await startLab({ redis, modules: [{ file, args: ['two words'] }] })
      for (const { port } of lab.nodes) expect(await ask(port, 'matrix.word')).toBe('two words')
      const keys = keysAllOver('module', 100)
      const redisClient = new Cluster(lab.rootNodes)
      try {
        for (const text of ['a', 'b'])
          await Promise.all(keys.map((key) => redisClient.call('matrix.append', key, text)))
        expect(await Promise.all(keys.map((key) => redisClient.get(key)))).toEqual(keys.map(() => 'ab'))
      } finally {
        redisClient.disconnect()
      }
      // What the module wrote is where its replica takes over.
      expect(await lab.failover('r1')).toEqual({ changed: true, promoted: 'r1', demoted: 'm1' })
      const kept = await Promise.all(lab.nodes.map(({ port }) => ask(port, 'DBSIZE')))
      expect(kept.reduce((sum: number, size) => sum + Number(size), 0)).toBe(2 * keys.length)
      await lab.master(1).restart()
      expect(await ask(lab.master(1).port, 'matrix.word')).toBe('two words')
    },
  )
})
