import { defineConfig } from 'vitest/config'

/** `npm run matrix`: the tests that run once for each release that this machine can get. */
export default defineConfig({
  test: {
    include: ['test/matrix/**/*.test.ts'],
    globalSetup: ['test/matrix/support/prepare.ts'],
    // Each release by its name, and each that was left out with the reason.
    reporters: ['verbose'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    retry: 0,
  },
})
