import { refuseBadNames } from '../../../activities/names-in-messages';
import { failureOf } from '../fixtures';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const refused = (input: unknown) => failureOf(Promise.resolve().then(() => refuseBadNames(input)));

/** Whoever reaches Temporal may send these, to every activity. */
test.each<[string, unknown, RegExp]>([
  [
    'a path',
    { app: 'shop', release: '../../x', source: { commit: COMMIT } },
    /^"\.\.\/\.\.\/x" is not the name of a release\. /,
  ],
  ['a shell', { app: 'shop', release: 'y;$(id)' }, /is not the name of a release/],
  ['a space', { app: 'shop', release: '0123456789 y' }, /is not the name of a release/],
  ['no text', { app: 'shop', release: { toString: 'x' } }, /is not the name of a release/],
  [
    'another commit’s',
    { app: 'shop', release: 'fedcba9876', source: { commit: COMMIT } },
    /^fedcba9876 is not the name of a release of commit "0123456789abcdef/,
  ],
  ['a longer one', { app: 'shop', release: '0123456789a', source: { commit: COMMIT } }, /of a release of commit/],
  ['an application that is a path', { app: '../../other', release: '0123456789' }, /is not the name of an application/],
  ['an environment that is a path', { app: 'shop', environment: 'a/b' }, /is not the name of an environment/],
  ['a request within', { request: { app: 'shop', release: '../x', source: { commit: COMMIT } } }, /of a release/],
  ['a record', { record: { app: 'shop', release: '../x' } }, /of a release/],
  ['a record of another side', { first: { environment: 'a', record: { release: '/' } } }, /of a release/],
  ['one of those that are kept', { keep: [{ app: 'shop', release: '..' }] }, /of a release/],
  ['one that takes part', { scope: { app: 'shop', environment: 'staging', records: { '../x': {} } } }, /of a release/],
  [
    'what is stored',
    { draft: { app: 'shop', source: { commit: COMMIT } }, release: 'fedcba9876' },
    /of a release of commit/,
  ],
  ['a service that is a path', { app: 'shop', build: { service: '../../x' } }, /of a service/],
  ['a record that is a path', { record: { app: 'shop', release: 'r', digest: '../../x' } }, /of a record/],
  ['an entry of the ledger', { entry: { app: '../shop', release: 'x' } }, /of an application/],
])('%s is refused', async (_, input, message) => {
  const failure = await refused(input);
  expect(failure).toMatchObject({ type: 'Permanent', kind: 'bad-name' });
  expect(failure.message).toMatch(message);
});

test.each([
  [{ app: 'shop', release: '0123456789', source: { commit: COMMIT } }],
  [{ app: 'shop', release: '0123456789-2', source: { commit: COMMIT } }],
  [{ app: 'shop', release: '0123456789-ab12cd-3', source: { commit: COMMIT } }],
  [{ app: 'shop', environment: 'eu_west', record: undefined, keep: [], draft: { variables: { release: '../x' } } }],
  [undefined],
])('what the command line makes is not: %j', (input) => {
  expect(() => refuseBadNames(input)).not.toThrow();
});
