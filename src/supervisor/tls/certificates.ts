/**
 * Makes a CA and what it signs: the only door to the X.509 library. Pure.
 *
 * ECDSA with P-256: keys are made in a millisecond, and everything that speaks TLS takes them.
 */
// The library takes its parts together by it, and leaves it to others to load it.
import 'reflect-metadata'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  type Extension,
} from '@peculiar/x509'
import { randomBytes, webcrypto } from 'node:crypto'
import type { Names } from './names.js'

/** PEM texts. */
export interface Pair {
  readonly cert: string
  readonly key: string
}

export interface Certificates {
  /** A certificate without its key: nobody can sign another one. */
  readonly ca: string
  readonly node: Pair
  readonly client: Pair
}

export interface Wish {
  /** The lab's name, for people who look at a certificate. */
  readonly lab: string
  readonly names: Names
  readonly from: Date
  readonly to: Date
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const { serverAuth, clientAuth } = ExtendedKeyUsage

export async function makeCertificates({ lab, names, from, to }: Wish): Promise<Certificates> {
  const period = { notBefore: from, notAfter: to, signingAlgorithm: algorithm }
  const subject = (what: string) => [{ O: ['redis-lab'] }, { CN: [`${what} of the lab ${lab}`] }]
  const caKeys = await makeKeys()
  const ca = await X509CertificateGenerator.createSelfSigned(
    {
      ...period,
      serialNumber: serialNumber(),
      name: subject('CA'),
      keys: caKeys,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await SubjectKeyIdentifierExtension.create(caKeys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  )
  const sign = async (what: string, own: readonly Extension[]): Promise<Pair> => {
    const keys = await makeKeys()
    const cert = await X509CertificateGenerator.create(
      {
        ...period,
        serialNumber: serialNumber(),
        subject: subject(what),
        issuer: ca.subjectName,
        publicKey: keys.publicKey,
        signingKey: caKeys.privateKey,
        extensions: [
          new BasicConstraintsExtension(false, undefined, true),
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          await SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
          await AuthorityKeyIdentifierExtension.create(caKeys.publicKey, false, webcrypto),
          ...own,
        ],
      },
      webcrypto,
    )
    return { cert: withEnd(cert.toString('pem')), key: await keyText(keys.privateKey) }
  }
  const node = await sign('node', [
    new ExtendedKeyUsageExtension([serverAuth, clientAuth]),
    new SubjectAlternativeNameExtension([
      ...names.hosts.map((value) => ({ type: 'dns', value }) as const),
      ...names.addresses.map((value) => ({ type: 'ip', value }) as const),
    ]),
  ])
  const client = await sign('client', [new ExtendedKeyUsageExtension([clientAuth])])
  return { ca: withEnd(ca.toString('pem')), node, client }
}

const makeKeys = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])

async function keyText(key: webcrypto.CryptoKey): Promise<string> {
  return withEnd(PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY'))
}

/** Positive, and never twice the same: a client that remembers an earlier certificate tells them apart by it. */
function serialNumber(): string {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes.toString('hex')
}

const withEnd = (pem: string): string => `${pem.trimEnd()}\n`
