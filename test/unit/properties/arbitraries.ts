/** What nobody types on purpose, for properties that hold for every input. */
import fc from 'fast-check'

/** What has ended lines, words and file names too early somewhere before. */
const nasty = fc.constantFrom(
  ...[
    '\n',
    '\r',
    '\0',
    '\t',
    ' ',
    '"',
    "'",
    '\\',
    '\\x0a',
    '\u00a0',
    '\u2028',
    '\ud800',
    '\u009b',
    'à',
    '火',
    '..',
    '/',
    '#',
    '{{',
  ],
  ...['$&', '__proto__', '-', ',', '=', 'port 1'],
)

/** Any text at all, more often one that has hurt before. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.array(fc.oneof(nasty, fc.string({ maxLength: 4 })), { maxLength: 8 }).map((parts) => parts.join('')),
)

/** Any value at all: bigints, cycles through null prototypes, NaN -0 and sparse arrays included. */
export const anyValue: fc.Arbitrary<unknown> = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSparseArray: true,
  withTypedArray: true,
})

/** A text with a part of it gone, doubled or replaced: what a crash, a merge or a person leaves of a file. */
export function damaged(text: string): fc.Arbitrary<string> {
  const place = fc.nat({ max: text.length })
  return fc.tuple(place, place, anyText).map(([a, b, filling]) => text.slice(0, a) + filling + text.slice(b))
}

export const hexId: fc.Arbitrary<string> = fc.string({
  unit: fc.constantFrom(...'0123456789abcdef'),
  minLength: 40,
  maxLength: 40,
})
