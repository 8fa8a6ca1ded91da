/** A client writes while replicas take over and give the place back: what was acknowledged is there, on each release. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Cluster } from 'ioredis'
import { startLab } from 'redis-lab'
import { describe, expect, test } from 'vitest'
import { useLibraryEnvironment } from '../support/library.js'
import { useScratch } from '../support/scratch.js'
import { releases } from './support/releases.js'

const scratch = useScratch()
useLibraryEnvironment(scratch)

/** One key after the other, as fast as they are acknowledged, in the slots of one master. */
function startWriting(redis: Cluster, tag: string) {
  const acknowledged: string[] = []
  let going = true
  const ended = (async () => {
    for (let n = 0; going; n++) {
      const key = `${n}:{${tag}}`
      // Whether a write that was answered with an error is there, nobody knows.
      if ((await redis.set(key, '1').catch(() => undefined)) === 'OK') acknowledged.push(key)
      await nextTurn()
    }
  })()
  return {
    acknowledged,
    async stop() {
      going = false
      await ended
    },
  }
}

describe.each(releases)('$name', ({ redis }) => {
  test('failovers there and back, one right after the other, lose no write that was acknowledged', async () => {
    await using lab = await startLab({ redis })
    const client = new Cluster(lab.rootNodes)
    const writer = startWriting(client, await lab.keyFor('m1'))
    const goesOn = async () => {
      const before = writer.acknowledged.length
      await expect.poll(() => writer.acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(before + 50)
    }
    try {
      await goesOn()
      for (const [promoted, demoted] of [
        ['r1', 'm1'],
        ['m1', 'r1'],
        ['r1', 'm1'],
      ] as const) {
        expect(await lab.failover(promoted)).toEqual({ changed: true, promoted, demoted })
        await goesOn()
      }
      await writer.stop()
      const found = await Promise.all(writer.acknowledged.map((key) => client.get(key)))
      expect(writer.acknowledged.filter((_, index) => found[index] !== '1')).toEqual([])
      expect(await lab.waitFor('full')).toMatchObject({ ready: { level: 'full' } })
    } finally {
      await writer.stop()
      client.disconnect()
    }
  })
})
