/** What one node shows of itself and of the others when a reset looks at it. */
import { ConnectionError } from '../../../node/index.js'
import type { NodeLine } from '../../nodes-text.js'
import type { Habits } from '../habits.js'

export type Sight =
  /** It is not running; `state` in the words of its state. */
  | { readonly kind: 'away'; readonly name: string; readonly state: string }
  /** It runs, and has nothing to say to us: no answer at all, or no right to ask. */
  | { readonly kind: 'deaf'; readonly name: string; readonly why: string }
  /** It refused to answer for now: it loads its data, or its connection was lost this very moment. */
  | { readonly kind: 'busy'; readonly name: string; readonly why: string }
  | {
      readonly kind: 'there'
      readonly name: string
      readonly me: NodeLine
      readonly lines: readonly NodeLine[]
      readonly ok: boolean
      /** Where nothing depends on them they are not asked for. */
      readonly habits?: Habits
    }

export type Present = Extract<Sight, { kind: 'there' }>

/** Whether waiting helps. Of a script that runs for ever, or of rights that were taken away, only another process is free. */
export function unheard(name: string, error: Error): Sight {
  const silent = error instanceof ConnectionError && error.message.startsWith('no answer')
  const locked = /^(NOPERM|NOAUTH|BUSY|WRONGPASS)\b|^ERR invalid password/.test(error.message)
  return { kind: silent || locked ? 'deaf' : 'busy', name, why: error.message }
}
