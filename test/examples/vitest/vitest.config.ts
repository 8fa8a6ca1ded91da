import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // A lab for the whole run; without one, `builtRelease()` belongs here: the first run of all builds a release.
    globalSetup: ['lab.setup.ts'],
    // A test that waits for a failover takes longer than one of a pure function.
    testTimeout: 60_000,
  },
})
