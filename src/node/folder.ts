/** The folder of one node: made, and its redis.conf written, without ever overwriting what a user changed there. */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { nodeFiles } from '../paths.js'
import { writeWhole } from '../util/files.js'
import { readTail } from '../util/tail.js'
import { renderConf, type ConfInput } from './conf.js'
import { lacksRequired } from './listen.js'

/** A redis.conf with a password in it is its owner's alone. */
const [openMode, privateMode] = [0o644, 0o600]

/**
 * Makes the folder ready to boot from. An existing redis.conf stays as it is, unless `rewrite` asks for new directives; then the
 * old text is kept beside it as redis.conf.previous. One that a crash of the machine cut off is written again.
 *
 * @returns whether a file that was cut off was replaced
 */
export function writeNodeFolder(conf: ConfInput, { rewrite }: { rewrite: boolean }): boolean {
  mkdirSync(conf.dir, { recursive: true })
  const file = nodeFiles.conf(conf.dir)
  let replaced = false
  if (existsSync(file)) {
    // Whoever edited it may have left it open to others.
    if (isSecret(conf)) chmodSync(file, privateMode)
    const [text, wanted] = [readFileSync(file, 'utf8'), renderConf(conf)]
    replaced = isCutOff(text, wanted)
    if (!replaced && (!rewrite || text === wanted)) return false
    if (!replaced) renameSync(file, `${file}.previous`)
  }
  writeConf(file, conf)
  return replaced
}

/**
 * Nothing, zeros, or so little of the beginning of what was written that no server could start with it: what a power failure
 * leaves. No edit of a user is in it.
 */
function isCutOff(text: string, wanted: string): boolean {
  const content = text.replaceAll('\0', '')
  if (content.trim() === '') return true
  return wanted.startsWith(content) && lacksRequired(content)
}

/** A redis.conf that is still what was written for `before` becomes that of `now`; an edited one stays. */
export function refreshConf(before: ConfInput, now: ConfInput): void {
  const file = nodeFiles.conf(now.dir)
  if (existsSync(file) && readFileSync(file, 'utf8') === renderConf(before)) writeConf(file, now)
}

const isSecret = ({ access }: ConfInput): boolean => access?.user !== undefined

function writeConf(file: string, conf: ConfInput): void {
  writeWhole(file, renderConf(conf), isSecret(conf) ? privateMode : openMode)
}

/** The last lines of a node's log, from where this run of it began; none where there is no log. */
export async function logTail(
  { dir, logFromBytes }: { readonly dir: string; readonly logFromBytes: number },
  count = 12,
): Promise<readonly string[]> {
  const { lines } = await readTail(nodeFiles.log(dir), longestReportLines, logFromBytes)
  return withoutReport(lines)
    .slice(-count)
    .filter((line) => line.trim() !== '')
}

/** A server that crashes takes its leave with a report of a hundred lines and more. What has happened stands at its head. */
const longestReportLines = 2000

function withoutReport(lines: readonly string[]): readonly string[] {
  const start = lines.findLastIndex((line) => /^=== (REDIS|VALKEY) BUG REPORT START/.test(line))
  const end = lines.findLastIndex((line) => /^=== (REDIS|VALKEY) BUG REPORT END/.test(line))
  // After that one it was started again.
  if (start < 0 || lines.slice(Math.max(start, end)).some((line) => end > start && /^\d+:\w /.test(line))) return lines
  const details = lines.findIndex((line, index) => index > start && /^-{4,} /.test(line))
  return details < 0 ? lines : lines.slice(0, details)
}
