/** A command's own options, resolved: what was said, then the environment, the config file, the defaults. */
import type * as z from 'zod'
import { resolveShape, type OptionShape } from '../spec/index.js'
import type { Invocation } from './command.js'

/** @throws LabError `bad-input` */
export function resolveOptions<Shape extends OptionShape>(
  shape: Shape,
  { said, env, file }: Pick<Invocation, 'said' | 'env' | 'file'>,
): { [Key in keyof Shape]: z.output<Shape[Key]> } {
  const { verbose: _, ...own } = said
  return resolveShape(shape, own, env, file) as { [Key in keyof Shape]: z.output<Shape[Key]> }
}
