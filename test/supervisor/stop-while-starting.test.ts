/** A lab that is stopped in the very moment in which it is formed was never ready. */
import { expect, inject, test } from 'vitest'
import type { LabEvent } from '../../src/events.js'
import { newRecord } from '../../src/lab/record.js'
import { findFreePorts, openAccess } from '../../src/node/index.js'
import { socketPath } from '../../src/paths.js'
import { resolveLab } from '../../src/spec/index.js'
import { claimFolder } from '../../src/supervisor/claim.js'
import { deleteLab } from '../../src/supervisor/index.js'
import { Supervisor } from '../../src/supervisor/supervisor.js'
import { identify } from '../../src/util/process-identity.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch()

test('a stop between the last step of forming and the word that it is ready is obeyed', async () => {
  const { places } = scratch
  const { spec } = resolveLab({ replicas: 0, port: 'auto' }, {})
  const record = newRecord(places, { spec, build: inject('build'), ports: await findFreePorts(3) })
  claimFolder(places, { record, access: openAccess })
  const own = identify(process.pid)
  if (!own) throw new Error('this process cannot be identified')
  const events: LabEvent[] = []
  let stopped: Promise<void> | undefined
  const order = {
    record,
    access: openAccess,
    places,
    socket: socketPath(places, record.dir),
    holder: { ...own, command: 'a test' },
    leased: false,
    origin: { kind: 'new' },
  } as const
  const supervisor = new Supervisor(order, (event) => {
    events.push(event)
    if (event.type === 'create-done') stopped = supervisor.stop('a test')
  })
  await expect(supervisor.start()).rejects.toMatchObject({ code: 'interrupted' })
  await stopped
  expect(events.map(({ type }) => type)).not.toContain('lab-ready')
  deleteLab(places, record)
})
