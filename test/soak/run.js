/**
 * `npm run soak`: bundles test/soak/main.ts and runs it.
 *
 * What is put under fault is never this bundle but the built package itself, its command and its library.
 */
import process from 'node:process'
import { withBundled } from '../../scripts/run-bundled.js'

process.exitCode = await withBundled('test/soak/main.ts', ({ soak }) => soak(process.argv.slice(2)))
