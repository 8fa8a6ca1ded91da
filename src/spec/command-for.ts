/** A command about a lab, as a person would type it: what hints name. */

/** How a lab is named on a command line. */
export const nameFlag = (lab: string): string => (lab === 'default' ? '' : ` --name ${lab}`)

/** `redis-lab start m1`, `redis-lab down --name other --purge`. */
export function commandFor(lab: string, command: string, ...words: readonly string[]): string {
  return [`redis-lab ${command}${nameFlag(lab)}`, ...words].join(' ')
}

/** One word of a command line, quoted for a POSIX shell where the shell would read it in another way. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
