/** The settings and users of a node against those it had when the lab was formed. Pure. */

export interface Settings {
  /** CONFIG GET *: every directive with its value. */
  readonly config: Readonly<Record<string, string>>
  /** ACL LIST: a line for each user. Empty before 6.0, which has none. */
  readonly users: readonly string[]
}

/** One command that sets something back, and what it undoes, in words without the node. */
export interface Correction {
  readonly command: readonly string[]
  /** What it undoes; undefined where another correction says so already. */
  readonly words: string | undefined
}

/** Follow the role of a node, not anybody's wish. */
const ofTheRole = ['replicaof', 'slaveof']

/** The name of today for one that a directive had before; the empty text for others. */
function newerNameOf(name: string): string {
  const known = renamed[name]
  if (known !== undefined) return known
  const newer = name.replace('slave', 'replica').replace('-ziplist-', '-listpack-').replace('_cpulist', '-cpulist')
  return newer === name ? '' : newer
}

const renamed: Readonly<Record<string, string>> = {
  'lua-time-limit': 'busy-reply-threshold',
  masterauth: 'primaryauth',
  masteruser: 'primaryuser',
  'slowlog-log-slower-than': 'commandlog-execution-slower-than',
  'slowlog-max-len': 'commandlog-slow-execution-max-len',
}

export function corrections(now: Settings, wanted: Settings): Correction[] {
  const changed = Object.keys(wanted.config).filter(
    (name) => !ofTheRole.includes(name) && now.config[name] !== undefined && now.config[name] !== wanted.config[name],
  )
  const directives = changed.map((name) => {
    const [value = '', before = ''] = [wanted.config[name], now.config[name]]
    // What has two names is listed, and changed, under both.
    const twice = changed.includes(newerNameOf(name))
    const words = `${name} was ${spelled(name, before)}: set back to ${spelled(name, value)}`
    return { command: ['CONFIG', 'SET', name, value], words: twice ? undefined : words }
  })
  return [...directives, ...userCorrections(now.users, wanted.users)]
}

function userCorrections(now: readonly string[], wanted: readonly string[]): Correction[] {
  const nameOf = (line: string) => aclWords(line)[1] ?? ''
  const strangers = now.map(nameOf).filter((name) => !wanted.some((line) => nameOf(line) === name))
  const same = new Set(now.map(inShort))
  const changed = wanted.filter((line) => !same.has(inShort(line)))
  return [
    ...changed.map((line): Correction => {
      const [, name = '', ...rules] = aclWords(line)
      const was = now.some((other) => nameOf(other) === name) ? 'was changed' : 'was deleted'
      return {
        command: ['ACL', 'SETUSER', name, 'reset', ...rules],
        words: `the user ${name} ${was}: it is as before`,
      }
    }),
    ...strangers.map((name): Correction => ({
      command: ['ACL', 'DELUSER', name],
      words: `the user ${name} was added: it is deleted`,
    })),
  ]
}

/** `user NAME rule rule (selector of several rules) …`: a selector is one word. */
function aclWords(line: string): string[] {
  return line.match(/\([^)]*\)|[^ ]+/g) ?? []
}

/** A user that was reset is said to have what it had unsaid before. */
const inShort = (line: string): string => line.replace(' sanitize-payload', '')

/** As it is told where it was refused: the rules of a user, and whatever may be a password, are left out. */
export function commandInWords([verb = '', sub = '', name = '', ...values]: readonly string[]): string {
  const words = verb === 'ACL' ? [] : values.map((value) => spelled(name, value))
  return [verb, sub, name, ...words].join(' ')
}

/** Nobody's password is put into a log. */
function spelled(name: string, value: string): string {
  if (/pass|auth/.test(name)) return value === '' ? 'nothing' : 'a secret'
  return value === '' ? 'nothing' : value
}
