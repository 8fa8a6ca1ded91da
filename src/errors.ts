/**
 * Everything that can go wrong, as data.
 *
 * A failure is a code from a closed list, one sentence, a hint that can be followed, and the evidence. It is built where the
 * failure is understood, travels unchanged from the supervisor to the caller, and is printed by one function in `view/`.
 */
import { types } from 'node:util'

/** Every code there is, with the exit code it ends a command with: 2 means bad input and nothing was touched. */
const exitCodes = {
  'bad-input': 2,
  'port-taken': 2,
  'lab-differs': 2,
  'lab-not-found': 2,
  'node-not-found': 2,
  'wrong-state': 2,
  'lab-busy': 1,
  'lab-damaged': 1,
  'data-missing': 1,
  'lab-state-unknown': 1,
  'snapshot-not-found': 2,
  'snapshot-exists': 2,
  'snapshot-damaged': 1,
  'snapshot-failed': 1,
  'release-unknown': 2,
  'release-unreachable': 1,
  'release-broken': 1,
  'checksum-mismatch': 1,
  'archive-refused': 1,
  'tools-missing': 1,
  'build-failed': 1,
  'command-failed': 1,
  'node-failed': 1,
  'create-failed': 1,
  'failover-failed': 1,
  'reset-failed': 1,
  'upgrade-failed': 1,
  'not-ready': 1,
  'stop-failed': 1,
  'supervisor-failed': 1,
  storage: 1,
  interrupted: 130,
  internal: 1,
} as const

export type ErrorCode = keyof typeof exitCodes

/** The parts of a LabError that survive a trip through JSON. */
export interface ErrorData {
  readonly code: ErrorCode
  readonly message: string
  readonly hint?: string | undefined
  readonly details?: readonly string[] | undefined
}

/** What every copy of this class knows a LabError by. */
const mark = Symbol.for('redis-lab:LabError')

/**
 * The one error class of the project.
 *
 * `message` is one sentence. `hint` says what to do next. `details` is the evidence, a line each: log tails, the command to
 * repeat, what each node still lacked.
 */
export class LabError extends Error {
  override readonly name = 'LabError'
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly details: readonly string[]

  constructor({ code, message, hint, details }: ErrorData, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
    this.hint = hint
    this.details = details ?? []
    Object.defineProperty(this, mark, { value: true })
  }

  /**
   * Each entry of the package has this class in its own bundle, and a test runner may load one in a realm of its own: to
   * whoever catches it, a LabError is one wherever it comes from.
   */
  static override [Symbol.hasInstance](value: unknown): value is LabError {
    return types.isNativeError(value) && mark in value
  }

  get exitCode(): number {
    return exitCodes[this.code]
  }

  toJSON(): ErrorData {
    return { code: this.code, message: this.message, hint: this.hint, details: this.details }
  }

  /** Anything that was thrown, as a LabError; what nobody foresaw gets the code `internal` and keeps its cause. */
  static from(thrown: unknown): LabError {
    if (thrown instanceof LabError) return thrown
    if (isStorageFailure(thrown)) {
      const full = ['ENOSPC', 'EDQUOT'].includes(String(thrown.code))
      const hint = `${full ? 'The disk is full: make room, or choose another place. ' : ''}Folders are chosen with REDIS_LAB_STATE, REDIS_LAB_CACHE and --dir.`
      return new LabError(
        { code: 'storage', message: `a folder cannot be used: ${thrown.message}`, hint },
        { cause: thrown },
      )
    }
    const message = types.isNativeError(thrown) ? thrown.message : String(thrown)
    const hint = 'This is a defect of redis-lab: please report it with what --verbose prints.'
    return new LabError({ code: 'internal', message, hint }, { cause: thrown })
  }
}

/** What a disk, its folders or their rights are to blame for. */
function isStorageFailure(thrown: unknown): thrown is NodeJS.ErrnoException {
  const codes = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EISDIR', 'EEXIST', 'EIO']
  if (!types.isNativeError(thrown)) return false
  const { code, path, syscall } = thrown as NodeJS.ErrnoException
  // Of a write that failed the system does not say which file it was.
  return codes.includes(String(code)) && (path !== undefined || syscall === 'write')
}

/** Closes a switch over a union: the compiler objects when a case is missing. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}
