/** Which directives a build takes. The table behind it is loaded only where somebody sets one. */
import type { Build } from '../../release/index.js'
import type { Directive } from '../../spec/index.js'

/** What is to be started, and with what beside the template. */
export interface Wish {
  readonly build: Pick<Build, 'engine' | 'version'>
  readonly set: readonly Directive[]
  /** Whatever a module is called, its directives are not known here. */
  readonly modules?: readonly unknown[]
}

/**
 * Looks at names only: whether the value of a directive is one, the server itself says when it starts.
 *
 * @throws LabError `bad-input` naming, for each directive that the build does not have, the version that has it
 */
export async function requireDirectives({ build, set, modules = [] }: Wish): Promise<void> {
  if (set.length === 0) return
  const { requireKnown } = await import('./require.js')
  requireKnown(build, set, modules.length > 0)
}
