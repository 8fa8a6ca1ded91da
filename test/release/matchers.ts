/** vitest's matchers for texts, typed as what they stand for. */
import { expect } from 'vitest'

export const containing = (text: string): string => expect.stringContaining(text) as string
export const matching = (pattern: RegExp): string => expect.stringMatching(pattern) as string
export const including = (...items: string[]): string[] => expect.arrayContaining(items) as string[]
