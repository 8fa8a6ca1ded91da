/** What can be said to the bench. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'

export interface BenchOptions {
  /** Numbers of rows; undefined for all. */
  readonly only: readonly number[] | undefined
  readonly rounds: number | undefined
  readonly tarball: string | undefined
  /** As `--redis` of the command; undefined for its default. */
  readonly redis: string | undefined
}

export const usage = `npm run bench -- [--only 1,3] [--rounds N] [--redis RELEASE] [--tarball FILE]

  --only     numbers of rows, with commas between them; otherwise all of them
  --rounds   how often everything is measured; otherwise as often as fits into some minutes
  --redis    the release that is measured, as in "redis-lab up --redis"
  --tarball  the release that row 8 unpacks and makes; otherwise the distribution's`

const mostRounds = 100

/** @returns undefined when help was asked for. @throws Error what cannot be understood */
export function readOptions(
  argv: readonly string[],
  { numbers, env }: { numbers: readonly number[]; env: Readonly<Record<string, string | undefined>> },
): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string' },
      rounds: { type: 'string' },
      tarball: { type: 'string' },
      redis: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return undefined
  const only = values.only?.split(',').map(Number)
  const strange = only?.filter((number) => !numbers.includes(number))
  if (strange && strange.length > 0) throw new Error(`--only ${values.only}: the rows are ${numbers.join(', ')}`)
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds)
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds >= 1 && rounds <= mostRounds)) {
    throw new Error(`--rounds ${values.rounds}: a whole number from 1 to ${mostRounds}`)
  }
  const tarball = values.tarball === undefined ? undefined : path.resolve(values.tarball)
  if (tarball !== undefined && !existsSync(tarball)) throw new Error(`--tarball ${tarball}: there is no such file`)
  // Everything is run in a folder of its own, where a relative path would lead nowhere.
  const said = values.redis ?? (env['REDIS_LAB_REDIS'] || undefined)
  const redis = said !== undefined && existsSync(said) ? path.resolve(said) : said
  return { only, rounds, tarball, redis }
}
