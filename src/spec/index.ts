export { commandFor, nameFlag, shellWord } from './command-for.js'
export { parseDirective, type Directive } from './directive.js'
export {
  defaultOf,
  flagName,
  hiddenSecret,
  isRepeated,
  metaOf,
  optionMeta,
  readNumber,
  shownDefault,
  type OptionMeta,
  type OptionShape,
} from './option.js'
export { checksumProblem, isAddress } from './release-text.js'
export type { ConfigFile } from './config-file.js'
export { parseModule, type ModuleSpec } from './module.js'
export { badInput } from './problems.js'
export {
  parseOptions,
  resolveLab,
  resolveShape,
  type ResolvedSpec,
  type Surroundings,
  type ValueSource,
} from './resolve.js'
export { busPortOf, lastDataPort } from './ports.js'
export { readWords } from './words.js'
export { crossCheck, duration, isName, labShape, type LabOptions, type LabSpec } from './spec.js'
