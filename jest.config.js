const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' }, sourceMaps: 'inline' },
  ],
};

const { availableParallelism } = require('node:os');

const base = { rootDir: __dirname, transform, testEnvironment: 'node', modulePathIgnorePatterns: ['<rootDir>/dist/'] };
/** Tests that need no parts, or that start parts of their own. */
const ALONE = ['src', 'cli', 'parts', 'lab', 'replay', 'model'].map((name) => `<rootDir>/test/${name}/`);
/** `npm test` leaves these out, `npm run test:all` and whoever names one have them too. */
const LONG = process.env.WINDLASS_LONG_TESTS === 'no' ? ['\\.long\\.test\\.ts$'] : [];

/** Only a run that selects tests of the project `real` starts the real parts, once for all of them. */
module.exports = {
  // One for each core, two at the least: with more, engines and applications starve each other and requests are lost.
  maxWorkers: Math.max(2, availableParallelism()),
  // What takes longer says so itself: `jest.setTimeout` in its file.
  testTimeout: 120_000,
  testSequencer: '<rootDir>/test/setup/sequencer.js',
  reporters: ['default', '<rootDir>/test/setup/reporter.js'],
  projects: [
    {
      ...base,
      displayName: 'alone',
      testMatch: ['<rootDir>/test/*.test.ts', ...ALONE.map((folder) => `${folder}**/*.test.ts`)],
      testPathIgnorePatterns: LONG,
      globalSetup: '<rootDir>/test/setup/ready.ts',
    },
    {
      ...base,
      displayName: 'real',
      testMatch: ['<rootDir>/test/*/**/*.test.ts'],
      testPathIgnorePatterns: [...ALONE, ...LONG],
      globalSetup: '<rootDir>/test/setup/start.ts',
      globalTeardown: '<rootDir>/test/setup/stop.ts',
    },
  ],
};
