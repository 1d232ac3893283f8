import { requireBootstrap, requireCleaning } from '../../../activities/decisions/asked';
import type { AskedBootstrap } from '../../../activities/types';
import { detailOfBootstrap, detailOfCleaning } from '../../../src/model/approval/statement-parts';
import type { DockerHost } from '../../../src/model/target';
import { ANA, BEN, CI, EVE, noPolicy, sign, usePolicies } from '../../workflows/signers';
import { failureOf } from '../fixtures';

const host = (address: string): DockerHost => ({ kind: 'docker', name: address, address });
const [WEB, TEST] = [host('ssh://deploy@web'), host('ssh://deploy@test')];
const steps = (...hosts: DockerHost[]) => hosts.map((one) => ({ host: one, does: 'replace' as const, what: 'x' }));
const asked = (more: Partial<AskedBootstrap> = {}): AskedBootstrap => ({
  app: 'shop',
  environment: 'production',
  steps: steps(WEB),
  by: ANA,
  ...more,
});
const signedBy = (by: string, of: AskedBootstrap, signer = by): AskedBootstrap => {
  const { app, environment } = of;
  const said = { app, environment, decision: 'bootstrap', detail: detailOfBootstrap(of.steps), by } as const;
  return { ...of, by, signed: sign(said, signer) };
};
const refused = async (of: AskedBootstrap | undefined, at = WEB) =>
  (await failureOf(requireBootstrap('windlass', at, of))).kind;

beforeEach(() =>
  usePolicies([
    { apps: ['shop'], environments: ['production'], signed: true, targets: [WEB.address], operators: [ANA] },
    { apps: ['shop'], environments: ['staging'], targets: [TEST.address], operators: [BEN] },
    { apps: ['bank'], targets: [WEB.address] },
  ]),
);
afterEach(noPolicy);

describe('a proxy that an environment with signed decisions may have', () => {
  test('is replaced by what one of its operators has signed', async () => {
    await requireBootstrap('windlass', WEB, signedBy(ANA, asked()));
    const both = asked({ steps: steps(WEB, TEST) });
    await requireBootstrap('windlass', WEB, signedBy(ANA, both));
  });

  test('is left alone by what nobody, somebody else or nobody of windlass has signed', async () => {
    expect(await refused(undefined)).toBe('not-allowed');
    expect(await refused(asked())).toBe('not-signed');
    expect(await refused(signedBy(ANA, asked(), EVE))).toBe('not-signed');
    expect(await refused(signedBy(CI, asked()))).toBe('not-an-operator');
    expect(await refused({ ...signedBy(ANA, asked()), steps: steps(WEB, TEST) })).toBe('not-signed');
    expect(await refused(signedBy(ANA, asked({ steps: steps(TEST) })))).toBe('not-allowed');
    const { signed } = signedBy(ANA, asked());
    const freeze = sign({ app: 'shop', environment: 'production', decision: 'freeze', by: ANA });
    for (const other of [freeze, { ...signed!, nonce: 'x' }, { ...signed!, expires: '2100-01-01T00:00:00.000Z' }])
      expect(await refused({ ...asked(), signed: other })).toBe('not-signed');
  });

  test('is left alone by what is asked for another environment or application on that host', async () => {
    for (const other of [asked({ environment: 'staging' }), asked({ app: 'bank' }), asked({ app: 'none' })]) {
      expect(await refused(other)).toBe('not-allowed');
      expect(await refused(signedBy(BEN, other))).toBe('not-allowed');
    }
  });

  test('where no decision is signed nobody is asked', async () => {
    await requireBootstrap('windlass', TEST, asked({ environment: 'staging', steps: steps(TEST) }));
    noPolicy();
    await requireBootstrap('windlass', WEB, undefined);
  });

  test('a rule for all may give the host, and another one ask for signatures', async () => {
    usePolicies([
      { apps: ['*'], targets: ['**'] },
      { apps: ['shop'], environments: ['production'], signed: true },
    ]);
    expect(await refused(asked({ app: 'bank' }))).toBe('not-allowed');
    await requireBootstrap('windlass', WEB, signedBy(ANA, asked()));
  });
});

test('what is removed from the registry is signed by an operator of an environment whose decisions are signed', async () => {
  const wanted = { app: 'shop', keep: 20, ledger: 100, registry: { address: 'registry' } };
  const by = (name: string, of = wanted) => ({
    ...wanted,
    by: name,
    signed: sign({ app: 'shop', decision: 'clean', detail: detailOfCleaning(of), by: name }),
  });
  const why = async (of: Parameters<typeof requireCleaning>[1]) =>
    (await failureOf(requireCleaning('windlass', of))).kind;
  expect(await requireCleaning('windlass', by(ANA))).toMatchObject({ by: ANA, decision: 'clean' });
  expect(await why({ ...wanted, by: ANA })).toBe('not-signed');
  expect(await why(by(ANA, { ...wanted, keep: 1 }))).toBe('not-signed');
  expect(await why(by(BEN))).toBe('not-an-operator');
  expect(await requireCleaning('windlass', { ...wanted, app: 'bank', by: 'anybody' })).toBeUndefined();
});
