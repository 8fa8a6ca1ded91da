/** What a lab is made of that is begun from a snapshot, and whether it can be. */
import { LabError } from '../../errors.js'
import type { Places } from '../../paths.js'
import { compareVersions, type Build } from '../../release/index.js'
import { badInput, crossCheck, flagName, labShape, metaOf, type LabSpec, type ResolvedSpec } from '../../spec/index.js'
import type { Seed } from '../../supervisor/index.js'
import type { Manifest } from './manifest.js'
import { requireManifest } from './store.js'
import { verifiedFiles } from './verify.js'

export interface Beginning {
  /** What was asked for, and the snapshot's own for what nobody said. */
  readonly spec: LabSpec
  /** @throws LabError `bad-input` */
  readonly requireFit: (build: Build) => void
  readonly seed: Seed
}

/** @throws LabError `snapshot-not-found`, `snapshot-damaged`, `bad-input`; nothing was touched then */
export async function beginFrom(dir: string, { spec: asked, given }: ResolvedSpec, places: Places): Promise<Beginning> {
  const manifest = requireManifest(places, dir)
  const differing = (['masters', 'replicas'] as const).flatMap((key) => {
    const has = key === 'masters' ? manifest.shards.length : manifest.replicas
    if (!given.has(key) || asked[key] === has) return []
    return [`${flagName(metaOf(labShape, key))} ${asked[key]}: the snapshot has ${has}`]
  })
  if (differing.length > 0) throw badInput(differing, 'Leave it out: a snapshot says how many there are.')
  const spec: LabSpec = {
    ...asked,
    masters: manifest.shards.length,
    replicas: manifest.replicas,
    set: given.has('set') ? asked.set : ownDirectives(manifest),
    redis: given.has('redis') ? asked.redis : (manifest.redis ?? undefined),
    malloc: given.has('malloc') ? asked.malloc : manifest.malloc,
  }
  const problems = [...crossCheck({ ...spec, from: undefined }), ...unreadable(spec, manifest)]
  if (problems.length > 0) throw badInput(problems)
  const files = await verifiedFiles(dir, manifest)
  const shards = manifest.shards.map(({ slots, keys }, index) => ({ slots, keys, file: files[index] ?? null }))
  return { spec, seed: { shards }, requireFit: (build) => requireFit(dir, manifest, build) }
}

/**
 * Security: a snapshot may come from another machine. It must neither make servers load local files nor open them to others; the
 * user has to pass such directives explicitly.
 */
function ownDirectives({ set }: Manifest): LabSpec['set'] {
  const problems = set.flatMap(({ name, value }) => {
    const reason = value.includes('/')
      ? 'names a file'
      : exposing.test(name)
        ? 'decides who reaches its nodes'
        : undefined
    return reason === undefined ? [] : [`the snapshot has the directive "${name} ${value}", which ${reason}`]
  })
  if (problems.length === 0) return set
  throw badInput(problems, 'Pass all directives that the lab is to have with --set.')
}

/** Directives that open a server to other machines or hand out commands that a release keeps closed. */
const exposing = /^(bind|bind-source-addr|protected-mode|loadmodule|enable-.*)$/

/** Only a server that keeps an append-only file reads one. */
function unreadable({ set }: LabSpec, { shards }: Manifest): string[] {
  const appends = set.findLast(({ name }) => name === 'appendonly')?.value ?? 'yes'
  if (appends.toLowerCase() === 'yes' || shards.every(({ file }) => file?.kind !== 'aof')) return []
  return [
    `--set "appendonly ${appends}": this snapshot was taken of a lab that was down, and its data is an append-only file`,
  ]
}

/** Redis reads what older releases wrote, and nothing of newer ones; what another engine wrote is anybody's guess. */
function requireFit(dir: string, { engine, version }: Manifest, build: Build): void {
  if (build.engine === engine && compareVersions(build.version, version) >= 0) return
  throw new LabError({
    code: 'bad-input',
    message: `the snapshot was taken of ${engine} ${version}, which ${build.engine} ${build.version} cannot be trusted to read`,
    hint: `Choose that release or a newer one with --redis, such as --redis ${engine === 'redis' ? '' : `${engine}@`}${version}.`,
    details: [`snapshot: ${dir}`, `server: ${build.server}`],
  })
}
