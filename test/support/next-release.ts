/** A release that follows a real one: its programs, behind a script that gives another version, and fails while it is told to. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Build } from '../../src/release/index.js'

export interface NextRelease {
  /** What `--redis` takes. */
  readonly dir: string
  readonly version: string
  /** From here on no server of it starts; then each does again. */
  breakDown(): void
  repair(): void
}

export function nextRelease(
  dir: string,
  { server, cli, version }: Pick<Build, 'server' | 'cli' | 'version'>,
): NextRelease {
  const [major, minor, patch] = version.split('.').map(Number)
  const next = [major, minor, (patch ?? 0) + 1].join('.')
  const broken = path.join(dir, 'broken')
  mkdirSync(dir, { recursive: true })
  const script = [
    '#!/bin/sh',
    `[ "$1" = --version ] && { echo "Redis server v=${next} sha=00000000:0 malloc=libc bits=64 build=0"; exit; }`,
    `[ -e '${broken}' ] && { echo 'this release is broken' >&2; exit 1; }`,
    `exec '${server}' "$@"`,
  ]
  writeFileSync(path.join(dir, 'redis-server'), `${script.join('\n')}\n`, { mode: 0o755 })
  symlinkSync(cli, path.join(dir, 'redis-cli'))
  return {
    dir,
    version: next,
    breakDown: () => writeFileSync(broken, ''),
    repair: () => rmSync(broken),
  }
}
