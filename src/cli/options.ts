/** A command's own options, resolved: what was said, then the environment, then the defaults. */
import type * as z from 'zod'
import { parseOptions, withEnvironment, type OptionShape } from '../spec/index.js'
import type { Invocation } from './command.js'

/** @throws LabError `bad-input` */
export function resolveOptions<Shape extends OptionShape>(
  shape: Shape,
  { said, env }: Pick<Invocation, 'said' | 'env'>,
): { [Key in keyof Shape]: z.output<Shape[Key]> } {
  const { verbose: _, ...own } = said
  return parseOptions(shape, withEnvironment(shape, own, env)) as { [Key in keyof Shape]: z.output<Shape[Key]> }
}
