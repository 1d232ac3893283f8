import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { COMMANDS } from '../../cli/main';
import { seedOfRun } from '../setup/seed';
import { temporaryFolder } from '../setup/temporary';
import { runInProcess } from './in-process';

/**
 * Command lines that ask for what cannot be done as it is asked. Each ends with status 2 and the documented form of errors
 * (`windlass: what is wrong`), without a stack trace, and before Temporal is even looked for: it is not reached here.
 */
const DIGEST = `sha256:${'a'.repeat(64)}`;
const MANIFEST = 'app: shop\nenvironments: { staging: { hosts: [local] }, production: { hosts: [local] } }\n';

const BAD: [line: string, says: RegExp][] = [
  ['deploy', /Unknown command deploy.*windlass release/s],
  ['relase', /unknown command 'relase'\n.*Did you mean release/],
  ['--verbose', /unknown option '--verbose'/],
  ['release --comit abc', /unknown option '--comit'\n.*--commit/],
  ['release --until', /option '--until <.*>' argument missing/],
  ['release --until tomorrow', /tomorrow/],
  ['release --commit', /option '--commit <.*>' argument missing/],
  ['release one two', /too many arguments/],
  ['release --image web', /--image web: expected SERVICE=REPOSITORY@sha256:DIGEST/],
  ['release --image web=shop/web:latest', /"shop\/web:latest" has no digest/],
  [`release --image web=shop/web@${DIGEST} --image web=shop/web@${DIGEST}`, /--image web: given twice/],
  ['release --source https://git.example.com/shop.git', /its commit is unknown/],
  ['release --source https://git.example.com/shop.git --commit main', /"main" is not a full commit id/],
  ['release --commit nowhere', /nowhere|git repository/],
  ['approve a b c', /too many arguments/],
  ['approve a b c', /too many arguments/],
  ['approve a --plan', /option '--plan <hash>' argument missing/],
  ['reject', /required option '--reason <text>' not specified/],
  ['reject a', /required option '--reason <text>' not specified/],
  ['cancel --reason x', /missing required argument 'release'/],
  ['cancel a', /required option '--reason <text>' not specified/],
  ['cancel a b --reason c', /too many arguments/],
  ['freeze --reason x', /missing required argument 'environment'/],
  ['freeze production', /required option '--reason <text>' not specified/],
  ['freeze prod --reason sale', /no environment.*prod.*production/s],
  ['thaw', /missing required argument 'environment'/],
  ['thaw prod', /no environment.*prod.*production/s],
  ['resolve --reason x', /missing required argument/],
  ['resolve production --reason x', /missing required argument 'answer'/],
  ['resolve production retry', /required option '--reason <text>' not specified/],
  ['resolve production ignore --reason x', /ignore.*retry, skip, exclude-host, rollback/s],
  ['resolve production retry more --reason x', /too many arguments/],
  ['rollback', /missing required argument 'environment'/],
  ['rollback prod', /no environment.*prod.*production/s],
  ['plan', /missing required argument/],
  ['logs', /Whose logs\?/],
  ['history --limit many', /many/],
  ['status a b', /too many arguments/],
  ['docs nothing', /nothing/],
  ['check --app', /option '--app <.*>' argument missing/],
  ['worker now', /too many arguments/],
  ['dev now', /too many arguments/],
];

const home = process.cwd();
beforeAll(() => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'windlass.yaml'), MANIFEST);
  process.chdir(folder);
  process.env['TEMPORAL_ADDRESS'] = '127.0.0.1:9';
});
afterAll(() => process.chdir(home));

test.each(BAD)('windlass %s', async (line, says) => {
  const { status, out, err } = await runInProcess(line.split(' '));
  expect({ line, status, err: says.test(err) ? '' : err }).toEqual({ line, status: 2, err: '' });
  expect(err).toMatch(/^windlass: /m);
  expect(out + err).not.toMatch(/^\s+at .*:\d+:\d+/m);
});

test('as JSON too', async () => {
  const { status, out } = await runInProcess(['freeze', 'prod', '--reason', 'sale', '--json']);
  expect({ status, error: (JSON.parse(out) as { error: unknown }).error }).toEqual({
    status: 2,
    error: expect.objectContaining({ exit: 2, message: expect.stringContaining('prod') }),
  });
});

const SEED = seedOfRun();

test(`words in any order, seed ${SEED}`, async () => {
  const names = Object.keys(COMMANDS);
  const word = fc.oneof(
    fc.constantFrom(
      '--',
      '-',
      '',
      '--json',
      '--nothing',
      '-x',
      '--reason',
      '--plan=',
      '=',
      '{}',
      '../..',
      '\u0000',
      '💥',
      '0',
    ),
    fc.string({ maxLength: 8 }),
  );
  // An option that nobody knows makes every line a bad one, so that none of them does anything.
  const line = fc
    .tuple(fc.constantFrom(...names), fc.array(word, { maxLength: 4 }))
    .map(([name, words]) => [
      name,
      '--no-such-option',
      ...words.filter((one) => !/^-(-help$|-version$|h|V)/.test(one)),
    ]);
  await fc.assert(
    fc.asyncProperty(line, async (args) => {
      const { status, err, out } = await runInProcess(args);
      expect({ args, status, form: /^windlass: /m.test(err), trace: /^\s+at .*:\d+:\d+/m.test(err + out) }).toEqual({
        args,
        status: 2,
        form: true,
        trace: false,
      });
    }),
    { numRuns: 300, seed: SEED, interruptAfterTimeLimit: 10_000, markInterruptAsFailure: false },
  );
});
