/** The certificates of a lab, as Node's own TLS takes them: that of clients, and OpenSSL's, which servers have. */
import { X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { clientTls, labFiles, nodeTls } from '../../../src/paths.js'
import type { Directive } from '../../../src/spec/index.js'
import { areGood, requireCertificates, validDays } from '../../../src/supervisor/tls/index.js'
import { useTempDir } from '../support.js'

const temp = useTempDir()
const dayMs = 86_400_000
const lab = (name = 'one', set: readonly Directive[] = []) => ({ name, dir: temp(name), spec: { set: [...set] } })
const make = async (name?: string) => {
  await requireCertificates(lab(name))
  return temp(name ?? 'one')
}
const read = (file: string) => readFileSync(file, 'utf8')
const certificate = (file: string) => new X509Certificate(readFileSync(file))
const allIn = (dir: string) => readdirSync(labFiles.tls(dir)).map((name) => read(`${labFiles.tls(dir)}/${name}`))

test('a folder of its own holds the certificates, and the keys are their owner’s alone', async () => {
  const dir = await make()
  const files = readdirSync(labFiles.tls(dir)).sort()
  expect(files, 'without a key of the CA').toEqual(['ca.crt', 'client.crt', 'client.key', 'node.crt', 'node.key'])
  expect(statSync(labFiles.tls(dir)).mode & 0o777).toBe(0o700)
  for (const key of [nodeTls(dir).key, clientTls(dir).key]) expect(statSync(key).mode & 0o777).toBe(0o600)
})

test('the CA has signed both, and can sign nothing further', async () => {
  const dir = await make()
  const ca = certificate(nodeTls(dir).ca)
  expect(ca.ca).toBe(true)
  expect(ca.verify(ca.publicKey)).toBe(true)
  for (const { cert } of [nodeTls(dir), clientTls(dir)]) {
    const signed = certificate(cert)
    expect(signed.ca).toBe(false)
    expect(signed.checkIssued(ca)).toBe(true)
    expect(signed.verify(ca.publicKey)).toBe(true)
    expect(signed.publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' })
  }
  const serials = [nodeTls(dir).ca, nodeTls(dir).cert, clientTls(dir).cert].map(
    (file) => certificate(file).serialNumber,
  )
  expect(new Set(serials).size).toBe(3)
})

test('that of the nodes is for this machine under each of its names, and for both sides of a connection', async () => {
  const cert = certificate(nodeTls(await make()).cert)
  expect(cert.checkHost('localhost')).toBe('localhost')
  expect(cert.checkIP('127.0.0.1')).toBe('127.0.0.1')
  expect(cert.checkIP('::1')).toBeDefined()
  expect(cert.checkHost('example.com')).toBeUndefined()
  expect(cert.checkIP('127.0.0.2')).toBeUndefined()
  expect(cert.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'])
})

test('they hold from yesterday on, and no longer than the strictest client takes', async () => {
  const cert = certificate(nodeTls(await make()).cert)
  const [from, to] = [Date.parse(cert.validFrom), Date.parse(cert.validTo)]
  expect(from).toBeLessThan(Date.now() - dayMs / 2)
  expect((to - from) / dayMs).toBeLessThanOrEqual(825)
  expect(to).toBeGreaterThan(Date.now() + (validDays - 1) * dayMs)
})

const options = ({ ca, cert, key }: ReturnType<typeof nodeTls>) => ({ ca: read(ca), cert: read(cert), key: read(key) })

/** A server with the certificate of the nodes, and what it saw of whoever came in. */
async function serve(dir: string): Promise<{ port: number; seen: Promise<string | undefined> }> {
  const server = createServer({ ...options(nodeTls(dir)), requestCert: true, rejectUnauthorized: true })
  server.on('tlsClientError', () => {})
  const seen = new Promise<string | undefined>((resolve) => {
    server.once('secureConnection', (socket: TLSSocket) => {
      resolve(socket.getPeerCertificate().subject.CN as string | undefined)
      socket.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { port: (server.address() as AddressInfo).port, seen }
}

function shakeHands(how: ConnectionOptions): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', ...how }, () => {
      resolve(socket.getProtocol())
      socket.end()
    })
    socket.once('error', reject)
  })
}

test('a client with its certificate and a node with its own shake hands, under each name', async () => {
  const dir = await make()
  const { port, seen } = await serve(dir)
  expect(await shakeHands({ port, ...options(clientTls(dir)) })).toBe('TLSv1.3')
  expect(await seen).toBe('client of the lab one')
  expect(await shakeHands({ port, servername: 'localhost', ...options(clientTls(dir)) })).toBe('TLSv1.3')
  expect(await shakeHands({ port, ...options(nodeTls(dir)) }), 'a node is a client of others').toBe('TLSv1.3')
})

test('neither trusts what another lab has made', async () => {
  const [dir, other] = [await make(), await make('two')]
  const { port } = await serve(dir)
  await expect(shakeHands({ port, ...options(clientTls(other)) })).rejects.toThrow(/certificate/)
  // Under TLS 1.3 a client is told only after its own side is done.
  const mixed = { ...options(clientTls(other)), ca: read(clientTls(dir).ca), maxVersion: 'TLSv1.2' } as const
  await expect(shakeHands({ port, ...mixed })).rejects.toThrow()
})

test('what is good is left as it is', async () => {
  const dir = await make()
  const before = allIn(dir)
  await make()
  expect(allIn(dir)).toEqual(before)
})

test.each([
  ['a key is gone', (dir: string) => rmSync(nodeTls(dir).key)],
  ['the whole folder is gone', (dir: string) => rmSync(labFiles.tls(dir), { recursive: true })],
  [
    'a certificate is cut off',
    (dir: string) => writeFileSync(clientTls(dir).cert, read(clientTls(dir).cert).slice(0, 200)),
  ],
  ['a key is another one’s', (dir: string) => writeFileSync(nodeTls(dir).key, read(clientTls(dir).key))],
  ['the CA is another one', (dir: string) => writeFileSync(nodeTls(dir).ca, read(nodeTls(dir).cert))],
])('where %s, all are made anew', async (_, damage) => {
  const dir = await make()
  const before = allIn(dir)
  damage(dir)
  expect(areGood(dir)).toBe(false)
  await make()
  expect(areGood(dir)).toBe(true)
  expect(allIn(dir).filter((text) => before.includes(text))).toEqual([])
})

test('those that run out soon are not good any more, nor are those of tomorrow', async () => {
  const dir = await make()
  const inDays = (days: number) => areGood(dir, undefined, Date.now() + days * dayMs)
  expect(inDays(0)).toBe(true)
  expect(inDays(600)).toBe(true)
  expect(inDays(validDays - 90)).toBe(false)
  expect(inDays(validDays + 1)).toBe(false)
  expect(inDays(-3)).toBe(false)
})

test('what nodes announce and listen on is in that of the nodes, also when it is said later', async () => {
  const set = [
    { name: 'bind', value: '127.0.0.1 -10.0.0.1 0.0.0.0' },
    { name: 'cluster-announce-ip', value: '"10.0.0.2"' },
    { name: 'cluster-announce-hostname', value: 'node.example' },
    { name: 'maxmemory', value: '100mb' },
  ]
  const dir = await make()
  const before = certificate(nodeTls(dir).cert)
  await requireCertificates(lab('one', set))
  const cert = certificate(nodeTls(dir).cert)
  expect(cert.serialNumber).not.toBe(before.serialNumber)
  for (const address of ['127.0.0.1', '::1', '10.0.0.1', '10.0.0.2']) expect(cert.checkIP(address)).toBeDefined()
  for (const host of ['localhost', 'node.example']) expect(cert.checkHost(host)).toBeDefined()
  expect(cert.checkIP('0.0.0.0')).toBeUndefined()
  await requireCertificates(lab('one', set))
  expect(certificate(nodeTls(dir).cert).serialNumber).toBe(cert.serialNumber)
})

test('a name that Redis would refuse is left for Redis to refuse', async () => {
  await requireCertificates(lab('one', [{ name: 'cluster-announce-hostname', value: '"not a name!"' }]))
  expect(areGood(temp('one'))).toBe(true)
})
