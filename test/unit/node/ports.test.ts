import net from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { LabError } from '../../../src/errors.js'
import { findFreePorts, probePort, requireFreePorts } from '../../../src/node/index.js'
import { thrownBy } from '../support.js'

const servers: net.Server[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))))
})

async function take(port: number): Promise<void> {
  const server = net.createServer()
  servers.push(server)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
}

const refusal = async (ports: readonly number[]): Promise<LabError> =>
  LabError.from(await thrownBy(() => requireFreePorts(ports)))

test('a port is free, then taken, and the probe itself holds nothing', async () => {
  const [port = 0] = await findFreePorts(1)
  expect(await probePort(port)).toBeUndefined()
  await take(port)
  expect(await probePort(port)).toBe('EADDRINUSE')
})

test('a block of free ports is one after the other, and passes the check with its bus ports', async () => {
  const ports = await findFreePorts(6)
  const [first = 0] = ports
  expect(ports).toEqual([0, 1, 2, 3, 4, 5].map((step) => first + step))
  await expect(requireFreePorts(ports)).resolves.toBeUndefined()
})

test('free ports are looked for below what outgoing connections get, with their bus ports', async () => {
  const ports = await findFreePorts(12)
  expect(ports[0]).toBeGreaterThanOrEqual(10_000)
  expect((ports.at(-1) ?? Infinity) + 10_000).toBeLessThan(32_768)
})

test('a taken data port is one sentence with the port', async () => {
  const [first = 0, second = 0] = await findFreePorts(2)
  await take(second)
  const error = await refusal([first, second])
  expect(error).toMatchObject({ code: 'port-taken', exitCode: 2, details: [] })
  expect(error.message).toMatch(new RegExp(`^port ${second} \\(data port\\): taken by `))
  expect(error.hint).toContain('--port auto')
})

test('a taken bus port is told as what it is', async () => {
  const [port = 0] = await findFreePorts(1)
  await take(port + 10_000)
  expect((await refusal([port])).message).toMatch(
    new RegExp(`^port ${port + 10_000} \\(cluster bus port\\): taken by `),
  )
})

test('all taken ports are told at once', async () => {
  const ports = await findFreePorts(3)
  const [first = 0, second = 0] = ports
  await take(first)
  await take(second + 10_000)
  const { message, details } = await refusal(ports)
  expect(message).toBe('2 of the ports are not free')
  expect(details.map((line) => line.split(':')[0])).toEqual([
    `${first} (data port)`,
    `${second + 10_000} (cluster bus port)`,
  ])
})
