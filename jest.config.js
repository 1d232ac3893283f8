const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' }, sourceMaps: 'inline' },
  ],
};

const base = { rootDir: __dirname, transform, testEnvironment: 'node', modulePathIgnorePatterns: ['<rootDir>/dist/'] };
/** Tests that need no parts, or that start parts of their own. */
const ALONE = ['src', 'cli', 'parts', 'replay', 'model'];

/** Only a run that selects tests of the project `real` starts the real parts, once for all of them. */
module.exports = {
  maxWorkers: 2,
  // A limit for what hangs, not for what is slow: a worker that was killed is noticed by time-outs of Temporal's own.
  testTimeout: 480_000,
  reporters: ['default', '<rootDir>/test/setup/reporter.js'],
  projects: [
    {
      ...base,
      displayName: 'alone',
      testMatch: ['<rootDir>/test/*.test.ts', ...ALONE.map((name) => `<rootDir>/test/${name}/**/*.test.ts`)],
    },
    {
      ...base,
      displayName: 'real',
      testMatch: ['<rootDir>/test/*/**/*.test.ts'],
      testPathIgnorePatterns: ALONE.map((name) => `<rootDir>/test/${name}/`),
      globalSetup: '<rootDir>/test/setup/start.ts',
      globalTeardown: '<rootDir>/test/setup/stop.ts',
    },
  ],
};
