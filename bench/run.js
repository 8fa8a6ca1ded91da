/**
 * `npm run bench`: bundles bench/main.ts and runs it.
 *
 * What is measured is never this bundle but the built package itself, its command and its library; only the proof of readiness
 * is shared source. The bench itself ends what it began when a signal comes, and then returns.
 */
import process from 'node:process'
import { withBundled } from '../scripts/run-bundled.js'

process.exitCode = await withBundled('bench/main.ts', ({ bench }) => bench(process.argv.slice(2)))
