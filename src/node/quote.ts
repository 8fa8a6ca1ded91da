/** A value for a line of redis.conf. Pure. */

/** Quotes as Redis's own reader of configuration lines does: everything but plain ASCII is written \xHH. */
export function quoteConfValue(value: string): string {
  const escaped = [...Buffer.from(value)].map((byte) => {
    const char = String.fromCharCode(byte)
    if (char === '"' || char === '\\') return `\\${char}`
    return byte < 0x20 || byte > 0x7e ? `\\x${byte.toString(16).padStart(2, '0')}` : char
  })
  return `"${escaped.join('')}"`
}
