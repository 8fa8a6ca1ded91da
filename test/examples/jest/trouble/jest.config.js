/** Runs that end badly, for scripts/examples.js: what a lab tells then, and that nothing is left of it. */
module.exports = {
  ...require('../jest.config.js'),
  rootDir: '..',
  testMatch: ['<rootDir>/trouble/**/*.test.js'],
}
