/** access.json: what it takes to talk to the nodes of a lab. Only of a lab that asks for anything, and only for its owner. */
import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { openAccess, type Access } from '../node/index.js'
import { labFiles } from '../paths.js'
import { damaged } from './record.js'

const accessRecord = z.object({
  tls: z.object({ ca: z.string(), cert: z.string(), key: z.string() }).exactOptional(),
  user: z.object({ name: z.string().exactOptional(), password: z.string() }).exactOptional(),
})

/** @throws LabError `lab-damaged` when the file is there but says nothing */
export function readAccess(dir: string): Access {
  const file = labFiles.access(dir)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return openAccess
    throw damaged(file, (error as Error).message)
  }
  try {
    return accessRecord.parse(JSON.parse(text))
  } catch {
    // Whatever a parser would say might quote a password.
    throw damaged(file, 'it is not what redis-lab has written')
  }
}
