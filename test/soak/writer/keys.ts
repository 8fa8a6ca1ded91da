/** Keys with their values: none is written twice, so what is read tells exactly which write it was. */
import calculateSlot from 'cluster-key-slot'

/** Hash tags, in slots of their own all over the range: keys of one tag can be read together. */
export const tags: readonly string[] = Array.from({ length: 48 }, (_, index) => `t${index}`)

export const keyOf = (writer: number, count: number): string =>
  `soak:${writer}:{${tags[(count * 7 + writer) % tags.length]}}:${count}`
export const tagOf = (key: string): string => /\{(.*)\}/.exec(key)?.[1] ?? ''
export const valueOf = (key: string): string => `value of ${key}`
export const slotOf = (key: string): number => calculateSlot(key)
