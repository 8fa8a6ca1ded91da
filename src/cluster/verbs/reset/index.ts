export { resetCluster, type Reset, type ResetOptions } from './reset.js'
