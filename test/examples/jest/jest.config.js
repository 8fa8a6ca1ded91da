module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/tests/**/*.test.js'],
  // A lab for the whole run; without one, `builtRelease()` belongs here: the first run of all builds a release.
  globalSetup: './lab.setup.js',
  globalTeardown: './lab.teardown.js',
  // A test that waits for a failover takes longer than one of a pure function.
  testTimeout: 60_000,
}
