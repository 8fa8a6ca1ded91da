import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { archiveJudge, type ArchiveEntry } from '../../../src/release/archive/judge.js'
import { anyText } from './arbitraries.js'

const step = fc.constantFrom('..', '.', 'a', 'b', 'c', '', 'A')
const way = fc.oneof(
  // Often the same few, so that entries meet.
  { weight: 3, arbitrary: fc.constantFrom('a', 'a/b', 'a/b/c', 'a/b/c/d', 'b', 'c', '../..', '../c', '../../c') },
  { weight: 1, arbitrary: fc.array(step, { minLength: 1, maxLength: 5 }).map((steps) => steps.join('/')) },
)
const name = fc.oneof(
  { weight: 5, arbitrary: way.map((rest) => `r/${rest}`) },
  { weight: 1, arbitrary: fc.oneof(way, anyText) },
)
const entry: fc.Arbitrary<ArchiveEntry> = fc.oneof(
  fc.record({ path: name, type: fc.oneof(fc.constantFrom('File', 'Directory'), anyText) }),
  fc.record({ path: name, type: fc.constant('SymbolicLink'), linkpath: fc.oneof(way, anyText) }),
  fc.record({ path: name, type: fc.constant('Link'), linkpath: name }),
)

/**
 * A disk that does as it is told: everything that was made, by the place where it really came to lie. The judge is right when
 * nothing on it is, or leads, outside; that is asked of the model and not of names.
 */
class Disk {
  readonly #links = new Map<string, string>()
  readonly root = '/disk/inside'

  /** Where a path really leads; undefined in a circle. */
  resolve(given: string, depth = 0): string | undefined {
    if (depth > 40) return undefined
    let at = '/'
    const steps = given.split('/').filter((one) => one !== '' && one !== '.')
    for (const [index, one] of steps.entries()) {
      at = path.posix.join(at, one)
      const target = this.#links.get(at)
      if (target === undefined) continue
      const rest = steps.slice(index + 1).join('/')
      return this.resolve(`${target.startsWith('/') ? '' : path.posix.dirname(at)}/${target}/${rest}`, depth + 1)
    }
    return at
  }

  /** The place of the entry itself: links on the way are followed, one at its end is not. */
  placeOf(given: string): string | undefined {
    const parent = this.resolve(path.posix.dirname(given))
    return parent === undefined ? undefined : path.posix.join(parent, path.posix.basename(given))
  }

  make({ path: given, type, linkpath = '' }: ArchiveEntry): void {
    const stripped = (name: string) => path.posix.join(this.root, ...name.split('/').slice(1))
    const place = this.placeOf(stripped(given))
    if (place === undefined) return
    if (type === 'SymbolicLink') this.#links.set(place, linkpath)
    else if (type === 'Link') {
      const source = this.placeOf(stripped(linkpath))
      const target = source === undefined ? undefined : this.#links.get(source)
      if (target !== undefined) this.#links.set(place, target)
    }
    expectInside(this.root, place)
  }

  expectNoLinkOut(): void {
    for (const place of this.#links.keys()) {
      const reached = this.resolve(place)
      if (reached !== undefined) expectInside(this.root, reached)
    }
  }
}

const expectInside = (root: string, place: string) => expect(`${place}/`.startsWith(`${root}/`), place).toBe(true)

test('of whatever the judge lets in, nothing is and nothing leads outside', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 12 }), (entries) => {
      const judge = archiveJudge()
      const disk = new Disk()
      for (const one of entries) if (judge(one) === undefined) disk.make(one)
      disk.expectNoLinkOut()
    }),
    { numRuns: 500 },
  )
})

test('a problem is told in one line', () => {
  fc.assert(
    fc.property(entry, (one) => {
      expect(archiveJudge()(one) ?? '').not.toMatch(/\p{Cc}/u)
    }),
    { numRuns: 300 },
  )
})
