/**
 * The certificates of a lab that speaks TLS, in its folder `tls`.
 *
 *     ca.crt                     what clients trust. Its key signed these two and was forgotten
 *     node.crt, node.key         for this machine and what nodes announce, as server and as client: they talk to each other
 *     client.crt, client.key     for whoever is asked to show one
 *
 * They stay as long as the lab does. When a lab is had back they are looked at, and made anew, all of them, where one is missing,
 * is not of this CA, is for other names, or would not last. Nothing here is loaded by a lab without TLS, and what makes them only to make them.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync } from 'node:fs'
import { clientTls, labFiles, nodeTls } from '../../paths.js'
import { writeWhole } from '../../util/files.js'
import type { LabRecord } from '../record.js'
import { namesOf, type Names } from './names.js'

const dayMs = 86_400_000
/** Apple's systems, and what relies on them, take none that is for more than 825 days. */
export const validDays = 820
/** A lab that is had back with less than this left may run into the end. */
const enoughDays = 180

type Certified = Pick<LabRecord, 'name' | 'dir'> & { readonly spec: Pick<LabRecord['spec'], 'set'> }

/** Makes what is not there, or not good any more. */
export async function requireCertificates({ name, dir, spec }: Certified): Promise<void> {
  const names = namesOf(spec.set)
  if (areGood(dir, names)) return
  const { makeCertificates } = await import('./certificates.js')
  const now = Date.now()
  // A clock that is behind, as in a container that slept, is not to refuse what was made a moment ago.
  const period = { from: new Date(now - dayMs), to: new Date(now + validDays * dayMs) }
  const made = await makeCertificates({ lab: name, names, ...period })
  mkdirSync(labFiles.tls(dir), { recursive: true })
  chmodSync(labFiles.tls(dir), 0o700)
  const { ca } = nodeTls(dir)
  writeWhole(ca, made.ca)
  for (const [files, { cert, key }] of [
    [nodeTls(dir), made.node],
    [clientTls(dir), made.client],
  ] as const) {
    writeWhole(files.key, key, 0o600)
    writeWhole(files.cert, cert)
  }
}

/** Whether all of them are there, fit together, are for these names, and last for a while. */
export function areGood(dir: string, names: Names = namesOf([]), now = Date.now()): boolean {
  if (!isFor(nodeTls(dir).cert, names)) return false
  return [nodeTls(dir), clientTls(dir)].every((files) => {
    try {
      const [ca, cert] = [files.ca, files.cert].map((file) => new X509Certificate(readFileSync(file)))
      const key = createPrivateKey(readFileSync(files.key))
      if (!ca || !cert || !cert.verify(ca.publicKey) || !cert.checkPrivateKey(key)) return false
      return Date.parse(cert.validTo) - now > enoughDays * dayMs && Date.parse(cert.validFrom) <= now
    } catch {
      return false
    }
  })
}

function isFor(file: string, { hosts, addresses }: Names): boolean {
  try {
    const cert = new X509Certificate(readFileSync(file))
    return hosts.every((host) => cert.checkHost(host)) && addresses.every((address) => cert.checkIP(address))
  } catch {
    return false
  }
}
