/** One upgrade from the first look to the last node. Loaded as a whole, when one is asked for. */
export { onceWhole, startCrashed } from './continue.js'
export { bringAlong } from './left-behind.js'
export { look } from './look.js'
export { planRoll, refusalOf } from './plan.js'
export { roll } from './roll.js'
