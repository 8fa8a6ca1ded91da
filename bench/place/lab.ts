/** A lab that is started and ended by the command line, each command a whole process. */
import type { LabStatus } from '../../src/supervisor/index.js'
import type { Place } from './place.js'

export interface LabOptions {
  readonly masters: number
  readonly replicas: number
  /** More for `up`. */
  readonly args?: readonly string[]
}

/** The six nodes that everything but scale is measured with. */
export const sixNodes: LabOptions = { masters: 3, replicas: 1 }

export interface BenchLab {
  /** @returns how long the command took, in milliseconds */
  up(): Promise<number>
  down(): Promise<number>
  status(): Promise<LabStatus>
  readonly name: string
}

/** Lends a lab that is not up yet; afterwards it is taken down and deleted, in whatever state it is then. */
export async function withLab<Result>(
  { place, signal }: { place: Place; signal: AbortSignal },
  { masters, replicas, args = [] }: LabOptions,
  work: (lab: BenchLab) => Promise<Result>,
): Promise<Result> {
  const name = 'bench'
  return place.withPorts(masters * (1 + replicas), async ([port]) => {
    const shape = ['--masters', masters, '--replicas', replicas, '--port', port].map(String)
    const timed = async (...words: string[]) => (await place.redisLab([...words, '--name', name], { signal })).elapsedMs
    place.expectLabGone(name)
    try {
      return await work({
        name,
        up: () => timed('up', ...shape, ...args),
        down: () => timed('down'),
        status: async () => {
          const { stdout } = await place.redisLab(['status', '--name', name, '--json'], { signal })
          return JSON.parse(stdout) as LabStatus
        },
      })
    } finally {
      await place.tidy((signal) => place.redisLab(['down', '--name', name, '--purge'], { signal }))
    }
  })
}
