/** Runs that end badly, for scripts/examples.js: what a lab tells then, and that nothing is left of it. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    dir: import.meta.dirname,
    globalSetup: ['lab.setup.ts'],
    testTimeout: 60_000,
  },
})
