import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demandProof, type PlanningDeps } from '../../../activities/decisions/demand';
import { prove, type ToProve } from '../../../activities/decisions/proof';
import { isSealed, seal } from '../../../activities/decisions/seal';
import type { PlanInput } from '../../../activities/types';
import type { RecordRef } from '../../../src/model/release';
import {
  NAMESPACE,
  type SignedStatement,
  stateThat,
  type Statement,
  textToSign,
} from '../../../src/model/approval/statement';
import { recordIn } from '../../../src/model/approval/statement-parts';
import { noPolicy, usePolicy } from '../../workflows/signers';
import { securityKey } from './authenticator';

const NOW = Date.parse('2030-01-01T12:00:00Z');
const keys = Object.fromEntries(['ana', 'ben', 'ci', 'eve', 'spare'].map((name) => [name, securityKey('ed25519')]));
const people = {
  ana: [keys['ana']!.line, keys['spare']!.line],
  ben: [keys['ben']!.line],
  ci: [keys['ci']!.line],
};
const record: RecordRef = { app: 'shop', release: 'r1', registry: { address: 'registry' }, digest: 'sha256:1' };
const HASH = 'a'.repeat(64);
const GATE = { from: ['ana', 'ben', 'ci'], count: 2, starterMay: false };
const input: PlanInput = { app: 'shop', environment: 'production', kind: 'release', record, keep: [], ran: {} };

const signed = (said: Partial<Statement>, key = said.by ?? 'ana'): SignedStatement => {
  const base = { installation: 'windlass', app: 'shop', reason: '', nonce: 'n', expires: '2030-01-01T13:00:00.000Z' };
  const statement = stateThat({ decision: 'approve', by: 'ana', ...base, ...said });
  return { ...statement, signature: keys[key]!.sign(textToSign(statement), NAMESPACE) };
};
// It had to arrive days ago, and the release has waited since.
const start = signed({ decision: 'start', release: 'r1', by: 'ci', expires: '2029-12-20T00:00:00.000Z' });
const about = { environment: 'production', release: 'r1', record: recordIn(record) };
const approve = (by: string, more: Partial<Statement> = {}, key = by) =>
  signed({ ...about, plan: HASH, by, ...more }, key);
const wanted = (statements: SignedStatement[], more: Partial<ToProve> = {}): ToProve => ({
  installation: 'windlass',
  input,
  statements,
  people,
  gates: [GATE],
  operators: [],
  hash: HASH,
  isSealed: true,
  now: NOW,
  ...more,
});
const NOT_PROVED = { lacks: expect.any(String), canBeAsked: true };

test('two persons have signed this plan, and nobody else counts', () => {
  const [ana, ben] = [approve('ana'), approve('ben')];
  expect(prove(wanted([start, ana, ben]))).toEqual({ uses: [ana, ben] });
  const forgeries: [string, SignedStatement][] = [
    ['nobody', ana],
    ['the same person by another key', approve('ana', { nonce: 'm' }, 'spare')],
    ['the starter', approve('ci')],
    ['a stranger', { ...approve('ben', {}, 'eve') }],
    ['a key of another person', approve('ben', {}, 'ci')],
    ['another plan', approve('ben', { plan: 'b'.repeat(64) })],
    ['a plan with the same first digits', approve('ben', { plan: HASH.slice(0, 12) })],
    ['another release', approve('ben', { release: 'r2' })],
    ['another record', approve('ben', { record: 'registry.of.eve/shop/windlass@sha256:1' })],
    ['another environment', approve('ben', { environment: 'staging' })],
    ['another application', approve('ben', { app: 'other' })],
    ['another installation', approve('ben', { installation: 'other' })],
    ['a rejection', approve('ben', { decision: 'reject' })],
    ['one that is over', approve('ben', { expires: '2030-01-01T11:59:59.000Z' })],
    ['one that was changed', { ...approve('ben'), reason: 'changed' }],
  ];
  for (const [what, other] of forgeries)
    expect({ what, ...prove(wanted([start, ana, other])) }).toEqual({ what, ...NOT_PROVED });
});

test('the starter must be known, however many approve', () => {
  const both = [approve('ana'), approve('ben')];
  expect(prove(wanted(both))).toEqual({ lacks: 'nobody has signed the start of the release. Start it again' });
  const forged = signed({ decision: 'start', release: 'r1', by: 'ci' }, 'eve');
  expect(prove(wanted([forged, ...both]))).toEqual({ lacks: expect.stringMatching(/lists for nobody/) });
  const byBen = signed({ decision: 'start', release: 'r1', by: 'ben' });
  expect(prove(wanted([byBen, ...both]))).toEqual(NOT_PROVED);
  expect(prove(wanted([byBen, ...both], { gates: [{ ...GATE, starterMay: true }] }))).toHaveProperty('uses');
});

test('each gate is passed', () => {
  const other = { from: ['ci'], count: 1, starterMay: true };
  const both = [start, approve('ana'), approve('ben')];
  expect(prove(wanted(both, { gates: [GATE, other] }))).toEqual(NOT_PROVED);
  expect(prove(wanted([...both, approve('ci')], { gates: [GATE, other] }))).toHaveProperty('uses');
});

test('without a gate a release has its start signed, and a record that a worker has stored', () => {
  expect(prove(wanted([start], { gates: [] }))).toEqual({ uses: [start] });
  expect(prove(wanted([start], { gates: [], isSealed: false }))).toEqual({ lacks: expect.stringMatching(/no worker/) });
  expect(prove(wanted([], { gates: [] }))).toHaveProperty('lacks');
  const waited = prove(wanted([start], { gates: [], now: NOW + 91 * 86_400_000 }));
  expect(waited).toEqual({ lacks: 'ci has signed the start of the release too long ago. Start it again' });
  const more = { ...input, acceptEmpty: ['db'] };
  const detail = '{"acceptEmpty":["db"]}';
  const accepting = signed({ decision: 'start', release: 'r1', by: 'ci', detail });
  expect(prove(wanted([start], { gates: [], input: more }))).toEqual({ lacks: expect.stringMatching(/db may start/) });
  expect(prove(wanted([accepting], { gates: [], input: more }))).toHaveProperty('uses');
});

test.each([
  ['rollback', { kind: 'rollback' as const }, {}],
  ['forget', { kind: 'release' as const, forget: 'db' }, { detail: '{"forget":"db"}' }],
  ['eject', { kind: 'eject' as const, record: undefined, current: record }, { plan: HASH }],
] as const)('a %s is signed by an operator, for exactly that', (word, asked, said) => {
  const of = { ...input, ...asked };
  const one = signed({ ...about, ...said, decision: word });
  const operators = ['ana'];
  expect(prove(wanted([one], { input: of, operators }))).toEqual({ uses: [one] });
  expect(prove(wanted([one], { input: of, operators: ['ben'] }))).toEqual({
    lacks: 'ana is not among the operators: ben',
  });
  for (const other of [
    { decision: 'freeze' as const },
    { detail: '{"acceptEmpty":["db"]}' },
    { record: 'elsewhere' },
    { environment: 'staging' },
    { plan: 'c'.repeat(64) },
  ])
    if (word === 'eject' || !('plan' in other))
      expect(prove(wanted([signed({ ...about, ...said, decision: word, ...other })], { input: of }))).toEqual({
        lacks: `the ${word} is not signed by one of ana, ben, ci`,
      });
  expect(prove(wanted([signed({ ...about, ...said, decision: word }, 'eve')], { input: of }))).toHaveProperty('lacks');
});

describe('what is demanded', () => {
  const settings = { installation: 'windlass', data: mkdtempSync(join(tmpdir(), 'windlass seal ')) };
  const later = '2100-01-01T00:00:00.000Z';
  const run = (statements: SignedStatement[], more: Partial<PlanInput> = {}, deps: Partial<PlanningDeps> = {}) =>
    demandProof(
      {
        settings: { ...settings, registry: 'registry' },
        claim: () => Promise.resolve(true),
        committedOn: () => Promise.resolve('sha256:1'),
        ...deps,
      } as unknown as PlanningDeps,
      { people },
      { ...input, ...more, proof: { statements, run: 'run' } },
      { hash: HASH, gates: [{ ...GATE, count: 1 }], operators: [] },
    );
  const approved = [start, approve('ana', { expires: later })];

  test('a statement is used up: by one run, under its nonce', async () => {
    const claimed: unknown[] = [];
    const claim: PlanningDeps['claim'] = async (place, one) => claimed.push([place, one]) === 1;
    expect(await run(approved, {}, { claim })).toBeUndefined();
    expect(claimed).toEqual([[record, { nonce: 'n', environment: 'production', run: 'run', until: later }]]);
    expect(await run(approved, {}, { claim })).toEqual({ lacks: expect.stringMatching(/was used before/) });
    expect(await run([start], {}, { claim })).toEqual(NOT_PROVED);
    expect(claimed).toHaveLength(2);
  });

  test('an interrupted environment goes to what the ledger says, else to where an operator sends it', async () => {
    const kind = 'restore';
    expect(await run([], { kind })).toBeUndefined();
    const committedOn = () => Promise.resolve('sha256:2');
    expect(await run([], { kind }, { committedOn })).toEqual({
      lacks: expect.stringMatching(/An operator decides: windlass rollback production r1$/),
    });
    const back = signed({ ...about, decision: 'rollback', expires: later });
    expect(await run([back], { kind }, { committedOn })).toBeUndefined();
    const elsewhere = { ...record, registry: { address: 'registry.of.eve' } };
    expect(await run([], { kind, record: elsewhere })).toHaveProperty('lacks');
    expect(await run([], { kind, record: undefined })).toHaveProperty('lacks');
    expect(await run([], { kind, record: undefined }, { committedOn: async () => undefined })).toBeUndefined();
  });

  test('the seal of a record is the installation’s, and fits nothing else', async () => {
    expect(await seal(settings, record)).toEqual(record);
    usePolicy();
    const sealed = await seal(settings, record);
    noPolicy();
    expect(await isSealed(settings, sealed)).toBe(true);
    for (const other of [
      { digest: 'sha256:2' },
      { registry: { address: 'registry.of.eve' } },
      { registry: { address: 'registry', password: { env: 'OTHER' } } },
      { app: 'other' },
      { release: 'r2' },
      { seal: 'x'.repeat(64) },
      { seal: undefined },
    ])
      expect({ other, is: await isSealed(settings, { ...sealed, ...other }) }).toEqual({ other, is: false });
    expect(await isSealed({ ...settings, installation: 'other' }, sealed)).toBe(false);
  });
});
