import fc from 'fast-check';
import { MESSAGES, type MessageName, type Messages } from '../../../src/model/messages';
import { stateThat } from '../../../src/model/approval/statement';

/** Messages as windlass sends them, and what a stranger might send in their place. */

const failure = { message: 'the disk is full', kind: 'no-space', host: 'one', lastLines: ['ENOSPC'] };
const registry = { address: 'registry:5000', username: { env: 'USER' }, password: { exec: ['pass', 'show'] } };
const record = { app: 'shop', release: 'aaa', registry, digest: 'sha256:0', seal: 'abc' };
const question = { step: 'prepare: start web', failure, answers: { retry: 'once more' }, of: ['ops'], nonce: 'run/2' };
const excluded = { host: 'one', by: 'ops', reason: 'gone', at: '2030-01-01T00:00:00.000Z' };
const said = { by: 'ops', reason: 'sale' };
const signed = {
  nonce: 'run/1',
  expires: '2030-01-01T00:00:00.000Z',
  signature: '-----BEGIN SSH SIGNATURE-----\nU1NI',
};
const statement = {
  ...stateThat({ installation: 'windlass', app: 'shop', decision: 'approve', by: 'ana', reason: '', ...signed }),
  signature: signed.signature,
};
const decision = {
  environment: 'production',
  plan: 'abc',
  decision: 'approve',
  by: 'ana',
  reason: '',
  id: '1',
} as const;
const gate = { from: ['ana'], count: 1, starterMay: false, timeoutMs: 60_000 };
const resolution = { step: 'prepare: start web', answer: 'retry', by: 'ops', reason: 'mended' } as const;

export const goodMessages: { [Name in MessageName]: Messages[Name][] } = {
  decide: [decision, { ...decision, signed }],
  decision: [decision, { ...decision, signed }],
  cancelRelease: [said, { ...said, signed }],
  rolloutNews: [
    { request: 'r', state: 'queued', behind: 2 },
    { request: 'r', state: 'started', runId: 'run' },
    { request: 'r', state: 'asking', question },
    { request: 'r', state: 'asking' },
    { request: 'r', state: 'ended', result: { status: 'committed', plan: 'abc', warnings: ['w'] } },
    { request: 'r', state: 'ended', result: { status: 'undone', cancelled: true, failure, undone: ['x'] } },
    { request: 'r', state: 'ended', result: { status: 'replan', plan: 'abc', differences: ['d'] } },
    { request: 'r', state: 'ended', result: { status: 'replan', plan: 'abc', differences: [], gates: [gate] } },
    { request: 'r', state: 'ended', result: { status: 'refused', failure } },
  ],
  requestRollout: [
    {
      id: 'r',
      kind: 'release',
      record,
      approved: { hash: 'abc', before: ['b'], changes: ['c'], signed: [statement] },
      signed: [statement],
      excluded: [excluded],
      by: 'ci',
      requester: 'release/shop/aaa',
    },
    { id: 'r', kind: 'eject', startComposed: true, by: 'ci', requester: 'eject/shop/production/1' },
    { id: 'r', kind: 'rollback', record, left: record, by: 'ci', requester: 'rollback/shop/production/1' },
  ],
  withdrawRollout: [{ id: 'r', reason: 'no' }],
  rolloutCommitted: [
    { request: 'r', at: '2030-01-01T00:00:00.000Z', level: ['one'], operators: ['ops'], secrets: { TOKEN: 'k-1' } },
  ],
  rolloutAsks: [{ request: 'r', question }, { request: 'r' }],
  hostExcluded: [{ request: 'r', excluded }],
  freeze: [said, { ...said, signed }],
  thaw: [said, { ...said, signed }],
  hold: [{ held: true, why: 'ops: sale' }],
  stop: [{ reason: 'no' }],
  resolve: [resolution, { ...resolution, signed }],
  resolution: [resolution, { ...resolution, signed }],
};

/** Texts that have broken something somewhere. */
const nasty = fc.constantFrom(
  '',
  ' ',
  '__proto__',
  'constructor',
  'toString',
  'half \ud800',
  '\udc00',
  'a\u0000b',
  'line\nline',
  '😀'.repeat(120),
  'x'.repeat(5_000),
  '{{secret:TOKEN}}',
  '](javascript:x)',
  '-1',
  'NaN',
  '2030-13-45T99:99:99Z',
  '+275760-09-13T00:00:00.001Z',
);

const anything: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, 0, -1, 1e308, true, [], {}, [[]]),
  nasty,
  fc.jsonValue({ maxDepth: 3 }),
);

/** A good message of any kind in which one thing, somewhere, is something else, missing or too many. */
const spoiled: fc.Arbitrary<unknown> = fc
  .tuple(
    fc.constantFrom(...(Object.keys(MESSAGES) as MessageName[])),
    fc.nat(),
    fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
    anything,
  )
  .map(([name, index, path, value]) => {
    const messages = goodMessages[name];
    const message = structuredClone(messages[index % messages.length]) as unknown;
    return spoil(message, path, value);
  });

function spoil(at: unknown, [step, ...rest]: number[], value: unknown): unknown {
  if (typeof at !== 'object' || at === null || step === undefined) return value;
  const keys = Object.keys(at);
  const key = keys[step % keys.length];
  if (key === undefined) return value;
  const holder = at as Record<string, unknown>;
  holder[key] = spoil(holder[key], rest, value);
  return at;
}

const polluting = fc.constantFrom<unknown>(
  ...['__proto__', 'constructor', 'prototype'].map((key) => JSON.parse(`{"${key}":{"by":"x","held":true}}`) as unknown),
);

/** Nothing, everything, what is nearly right, and what reaches for the prototype. */
export const hostile: fc.Arbitrary<unknown> = fc.oneof(spoiled, spoiled, anything, polluting);
