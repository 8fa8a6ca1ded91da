import { configDefaults, defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Projects of their own: scripts/examples.js installs and runs the examples, `npm run matrix` runs the matrix.
    exclude: [...configDefaults.exclude, 'test/examples/**', 'test/matrix/**'],
    globalSetup: ['test/support/global-setup.ts'],
    // Each test starts processes of its own; a runner process per file keeps their signals apart.
    pool: 'forks',
    maxWorkers: 2,
    // A deadline against hanging for ever. What a test waits for is a fact, and its own code has the real deadlines.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    retry: 0,
  },
})
