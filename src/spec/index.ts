export { parseDirective, type Directive } from './directive.js'
export { defaultOf, flagName, metaOf, optionMeta, readNumber, type OptionMeta, type OptionShape } from './option.js'
export { badInput, parseOptions, resolveLab, withEnvironment, type ResolvedSpec } from './resolve.js'
export { busPortOf, labShape, lastDataPort, type LabOptions, type LabSpec } from './spec.js'
