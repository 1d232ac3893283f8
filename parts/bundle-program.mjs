/**
 * Makes one file of the program and all that it needs, and stores the machine code that Node compiles of it: what the
 * command line costs is the loading. `cli/windlass.ts` runs it. A build step, see ready.mjs.
 */
import { minifySync } from '@swc/core';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http2';
import Module, { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import webpack from 'webpack';

const FILE = 'program.bundle.js';
const dist = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist');
const file = join(dist, FILE);

/** Programs that are not JavaScript, and the commands that carry the worker: they run from their own files. */
const isApart = (request) => /\.node$|^cpu-features$|^@temporalio\/worker$|\/commands\/(worker|dev)$/.test(request);

const settings = {
  mode: 'production',
  target: 'node20',
  entry: join(dist, 'cli', 'main.js'),
  output: { path: dist, filename: FILE, library: { type: 'commonjs2' } },
  externals: [
    ({ request }, done) => (isApart(request) ? done(null, `commonjs ${request.replace(/^\.\//, './cli/')}`) : done()),
  ],
  // Errors are recognized by their class names; everything is one file; sizes are no matter here.
  optimization: { minimize: false, splitChunks: false, concatenateModules: false },
  performance: { hints: false },
  node: { __dirname: false, __filename: false },
  // Of packages that look for plugins at run time.
  ignoreWarnings: [/the request of a dependency is an expression/],
  plugins: [new webpack.optimize.LimitChunkCountPlugin({ maxChunks: 1 })],
};

/** One file, small and ASCII: that is read fastest. */
async function bundle() {
  const stats = await new Promise((resolve, reject) =>
    webpack(settings, (error, made) => (error ? reject(error) : resolve(made))),
  );
  if (stats.hasErrors() || stats.hasWarnings())
    throw new Error(stats.toString({ all: false, errors: true, warnings: true }));
  const { code } = minifySync(readFileSync(file, 'utf8'), {
    module: false,
    compress: false,
    mangle: false,
    format: { asciiOnly: true, comments: false },
  });
  writeFileSync(file, code);
  return code;
}

/** What is run against a Temporal that knows no call, for only what was run once is compiled. */
const LINES = [
  ['status', '--app', 'shop'],
  ['rollback', 'production', '--app', 'shop'],
  ['approve', '1234567890', '--app', 'shop'],
  ['release', '--app', 'shop', '--source', 'https://example.com/shop.git', '--commit', '1234567890'.repeat(4)],
];
const UNIMPLEMENTED = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '12' };

async function compile(text) {
  const script = new Script(Module.wrap(text), { filename: file });
  const program = { exports: {} };
  script.runInThisContext()(program.exports, createRequire(file), program, file, dist);
  const server = createServer().on('stream', (stream) => stream.respond(UNIMPLEMENTED, { endStream: true }));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { TEMPORAL_PROFILE: _, TEMPORAL_CONFIG_FILE: __, ...env } = process.env;
  process.env = { ...env, TEMPORAL_ADDRESS: `127.0.0.1:${server.address().port}` };
  for (const args of LINES) await program.exports.main([...args, '--json']);
  writeFileSync(`${file}.code`, script.createCachedData());
}

rmSync(`${file}.code`, { force: true });
await compile(await bundle());
// How the commands ended says nothing.
process.exit(0);
