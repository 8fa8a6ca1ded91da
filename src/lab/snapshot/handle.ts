/** A snapshot, as a test or a program holds it. */
import path from 'node:path'
import type { Manifest } from './manifest.js'

/** Pass it to `startLab({ from })`, in this process or by its `dir` in any other. */
export class Snapshot implements AsyncDisposable {
  /** Its own name, or that of its folder where it has none. */
  readonly name: string
  readonly dir: string
  /** In all masters together. Null when the lab was down, and nobody could be asked. */
  readonly keys: number | null
  readonly sizeBytes: number
  readonly masters: number
  /** Of each master. */
  readonly replicas: number
  /** The release that it was taken of, such as "redis 8.0.6": the same one or a newer one begins with it. */
  readonly redis: string
  /** ISO 8601. */
  readonly createdAt: string

  /** @internal */
  constructor(dir: string, { shards, replicas, engine, version, createdAt }: Manifest) {
    this.name = path.basename(dir)
    this.dir = dir
    this.keys = shards.reduce<number | null>((sum, { keys }) => (sum === null || keys === null ? null : sum + keys), 0)
    this.sizeBytes = shards.reduce((sum, { file }) => sum + (file?.sizeBytes ?? 0), 0)
    this.masters = shards.length
    this.replicas = replicas
    this.redis = `${engine} ${version}`
    this.createdAt = createdAt
  }

  /** Deletes it. Labs that were begun from it have copies of their own. Calling it again does nothing. */
  async remove(): Promise<void> {
    const { removeFolderOf } = await import('./remove.js')
    removeFolderOf(this.dir)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.remove()
  }
}
