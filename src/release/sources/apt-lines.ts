/**
 * The machine's own apt sources, turned into source-package sources. Pure: texts in, texts out.
 *
 * Both spellings that apt reads: one-line (`deb [options] address suite components`, files *.list) and deb822 (stanzas of
 * fields, files *.sources). Everything that says how to trust a source stays as it is.
 */
export interface SourcesFile {
  readonly name: string
  readonly text: string
}

/** Files with nothing to offer are left out. */
export function asSourcePackages(files: readonly SourcesFile[]): SourcesFile[] {
  const seen = new Set<string>()
  const fresh = (line: string) => !seen.has(line) && seen.add(line).has(line)
  return files.flatMap(({ name, text }) => {
    const entries = (name.endsWith('.sources') ? stanzas(text) : lines(text)).filter(fresh)
    const separator = name.endsWith('.sources') ? '\n\n' : '\n'
    return entries.length > 0 ? [{ name, text: entries.join(separator) + '\n' }] : []
  })
}

/**
 * The same mirrors with another suite: the entries that have the distribution itself, each with this suite alone.
 *
 * The distribution's own suite is told from those of third parties by its companions: where there is a `bookworm-updates` or
 * `bookworm-security`, it is `bookworm`. The companions are left out: not every suite has them, and security is elsewhere.
 */
export function ofSuite(files: readonly SourcesFile[], suite: string): SourcesFile[] {
  const entries = files.map(({ name, text }) => ({
    name,
    entries: name.endsWith('.sources') ? stanzas(text) : lines(text),
  }))
  const all = new Set(entries.flatMap((file) => file.entries.flatMap(suitesOf)))
  const bases = [...all].filter((one) => companions.some((ending) => all.has(one + ending)))
  // A flat repository has a path in the place of a suite.
  const wanted = (one: string) => (bases.length > 0 ? bases.includes(one) : !one.endsWith('/'))
  return entries.map((file) => ({
    name: file.name,
    text: file.entries
      .filter((entry) => suitesOf(entry).some(wanted))
      .map((entry) => withSuite(entry, suite))
      .join(file.name.endsWith('.sources') ? '\n\n' : '\n'),
  }))
}

const companions = ['-updates', '-security', '-backports', '-proposed', '/updates']
/** In an entry that `lines` or `stanzas` made. */
const suitePlace = /^(deb-src (?:\[[^\]]*\] )?\S+ )(\S+)|^(Suites:[ \t]*)(\S.*(?:\n[ \t]+\S.*)*)/im

function suitesOf(entry: string): string[] {
  const [, , one, , several] = suitePlace.exec(entry) ?? []
  return (one ?? several ?? '').split(/\s+/).filter((word) => word !== '')
}

const withSuite = (entry: string, suite: string): string =>
  entry.replace(suitePlace, (_, line?: string, __?: string, field?: string) => `${line ?? field}${suite}`)

function lines(text: string): string[] {
  return text.split('\n').flatMap((raw) => {
    const line = raw.replace(/#.*$/, '').trim()
    const [, options, rest] = /^deb(?:-src)?\s+(?:\[([^\]]*)\]\s*)?(\S.*)$/.exec(line) ?? []
    if (!rest) return []
    const place = rest.replace(/\s+/g, ' ')
    // A source package has no architecture, and some mirrors carry an index for binaries of one only.
    const kept = (options ?? '').split(/\s+/).filter((option) => option !== '' && !/^arch[+-]?=/.test(option))
    return [kept.length > 0 ? `deb-src [${kept.join(' ')}] ${place}` : `deb-src ${place}`]
  })
}

function stanzas(text: string): string[] {
  const withoutComments = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
  return withoutComments.split(/\n[ \t]*\n/).flatMap((stanza) => {
    const fields = readFields(stanza)
    const value = (name: string) => fields.find((field) => field.name.toLowerCase() === name)?.value.trim()
    if (
      !/\bdeb(-src)?\b/.test(value('types') ?? '') ||
      /^(no|false|off|0|without|disable)$/i.test(value('enabled') ?? '')
    )
      return []
    const rest = fields.filter((field) => !/^(types|enabled|architectures)$/i.test(field.name))
    return [['Types: deb-src', ...rest.map((field) => `${field.name}:${field.value}`)].join('\n')]
  })
}

/** A field goes on in the lines that begin with a space: that is how whole keys are put into Signed-By. */
function readFields(stanza: string): { name: string; value: string }[] {
  const fields: { name: string; value: string }[] = []
  for (const line of stanza.split('\n')) {
    const [, name, value] = /^([A-Za-z][\w-]*):(.*)$/.exec(line) ?? []
    const last = fields.at(-1)
    if (name !== undefined && value !== undefined) fields.push({ name, value: value.trimEnd() })
    else if (last && /^[ \t]+\S/.test(line)) last.value += `\n${line}`
  }
  return fields
}
