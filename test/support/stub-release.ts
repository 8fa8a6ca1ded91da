/** Sources of a release that "build" in no time, by copying real programs into place. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Build } from '../../src/release/index.js'

export interface StubOptions {
  /** Whose programs make copies. */
  readonly build: Pick<Build, 'server' | 'cli' | 'version'>
  /** What make runs before that, a shell line. */
  readonly serverRecipe?: string
  readonly ballastBytes?: number
}

/** @returns the name of the folder it wrote into `dir`, and the version that the sources claim and the programs really are */
export function writeStubTree(
  dir: string,
  { build: { server, cli, version }, serverRecipe = 'true', ballastBytes = 0 }: StubOptions,
): { top: string; version: string } {
  const top = `redis-${version}`
  const files: Record<string, string | Buffer> = {
    COPYING: 'free\n',
    'deps/hiredis/hiredis.h': '/* a client */\n',
    'src/redismodule.h': '/* modules */\n',
    'src/version.h': `#define REDIS_VERSION "${version}"\n`,
    'utils/create-cluster/create-cluster': '#!/bin/sh\n',
    'src/Makefile': `redis-server:\n\t@: cc -c server.c\n\t${serverRecipe}\n\tcp ${server} $@\nredis-cli:\n\t@: cc -c cli.c\n\tcp ${cli} $@\n`,
  }
  // Random, because zeros would vanish in the compression.
  if (ballastBytes > 0) files['ballast'] = Buffer.from(Array.from({ length: ballastBytes }, () => Math.random() * 256))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(dir, top, name)), { recursive: true })
    writeFileSync(path.join(dir, top, name), text)
  }
  return { top, version }
}
