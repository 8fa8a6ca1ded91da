/** The last non-empty lines of a text. */
export function tailLines(text: string, count: number): string[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count)
}

/** In quotes, and in one line whatever it holds: JSON shows a line break as \n, but leaves some control characters as they are. */
export const quoted = (text: string): string => escapeControls(JSON.stringify(text))

export const escapeControls = (text: string): string =>
  text.replaceAll(/\p{Cc}/gu, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`)
