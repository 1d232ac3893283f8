import { findBreaks, firstLink, type Link } from '../../../src/model/ledger/chain';

const link = (n: number, more: Partial<Link> = {}): Link => ({
  tag: `ledger-${n}`,
  digest: `sha256:${n}`,
  app: 'shop',
  signature: 'good',
  sealedAs: `ledger-${n}`,
  after: n > 1 ? [`ledger-${n - 1}@sha256:${n - 1}`] : [],
  key: 'ssh-ed25519 AAAA',
  ...more,
});
const three = () => [link(1), link(2), link(3)];
const told = (links: Link[], more: Partial<Parameters<typeof findBreaks>[0]> = {}) =>
  findBreaks({ app: 'shop', links, tags: links.map(({ tag }) => tag), heads: [], ...more }).map(
    ({ kind, tag }) => `${kind} ${tag}`,
  );

describe('the chain of the ledger', () => {
  test('holds', () => {
    expect(told(three())).toEqual([]);
    expect(told(three(), { heads: [{ head: 'ledger-3@sha256:3', where: 'the state of production' }] })).toEqual([]);
  });

  test('holds where two workers appended at the same time, and the next entry follows both', () => {
    const fork = [link(1), link(2), link(3, { after: ['ledger-1@sha256:1'] })];
    const both = link(4, { after: ['ledger-2@sha256:2', 'ledger-3@sha256:3'] });
    expect(told([...fork, both])).toEqual([]);
  });

  test('begins after entries of earlier versions', () => {
    const old = { signature: 'none' as const, after: [] };
    expect(told([link(1, old), link(2, old), link(3, { after: [] }), link(4)])).toEqual([]);
  });

  test.each<[string, Link[], string[]]>([
    ['changed', [link(1), link(2, { signature: 'bad', digest: 'sha256:x' }), link(3)], ['changed ledger-2']],
    ['taken out of the middle', [link(1), link(3)], ['missing ledger-2']],
    ['signed by a key of nobody', [link(1), link(2), link(3, { signature: 'stranger' })], ['forged ledger-3']],
    ['not signed', [link(1), link(2, { signature: 'none', after: [] })], ['forged ledger-2']],
    ['not of windlass', [link(1), link(2, { signature: 'unreadable', after: [] })], ['forged ledger-2']],
    ['of another application', [link(1), link(2, { app: 'other' })], ['forged ledger-2']],
    ['put elsewhere', [link(1), link(2, { sealedAs: 'ledger-9' })], ['out of order ledger-2']],
    ['following what is newer', [link(1, { after: ['ledger-2@sha256:2'] }), link(2)], ['out of order ledger-1']],
    ['a second beginning', [link(1), link(2, { after: [] })], ['missing ledger-2']],
  ])('an entry that is %s is reported', (_, links, breaks) => {
    expect(told(links)).toEqual(breaks);
  });

  test('what was cut off at the end is missed by those that remember it', () => {
    const heads = [{ head: 'ledger-3@sha256:3', where: 'the state of production' }];
    expect(told([link(1), link(2)], { heads })).toEqual(['missing ledger-3']);
    expect(findBreaks({ app: 'shop', links: [link(1)], tags: ['ledger-1'], heads })[0]!.what).toBe(
      'is missing, but the state of production has it',
    );
  });

  test('what was cleaned away is not missed, and what is newer is', () => {
    const cleaned = [link(4), link(5, { until: 'ledger-3' })];
    expect(told(cleaned)).toEqual([]);
    expect(told([link(5, { until: 'ledger-3' })])).toEqual(['missing ledger-4']);
    expect(told([link(4), link(5, { until: 'ledger-3', signature: 'bad' })])).toEqual([
      'missing ledger-3',
      'changed ledger-5',
    ]);
  });

  test('a good entry that was copied is neither the beginning, nor a cleaning, nor what others are held against', () => {
    const old = { signature: 'none' as const, after: [] };
    const copied = link(0, { sealedAs: 'ledger-3', after: ['ledger-2@sha256:2'] });
    expect(told([copied, link(1, old), link(2, { after: [] }), link(3)])).toEqual(['out of order ledger-0']);
    expect(firstLink({ app: 'shop', links: [copied, link(1), link(2)] })?.tag).toBe('ledger-1');
    const foreign = link(0, { app: 'other', after: [], until: 'ledger-8' });
    expect(firstLink({ app: 'shop', links: [foreign, link(1)] })?.tag).toBe('ledger-1');
    expect(told([foreign, link(1), link(3)])).toEqual(['forged ledger-0', 'missing ledger-2']);
    const moved = link(9, { sealedAs: 'ledger-5', until: 'ledger-4', after: ['ledger-8@sha256:8'] });
    expect(told([link(1), link(3), moved])).toEqual(['missing ledger-2', 'out of order ledger-9']);
    // a cleaning speaks of what was before it
    expect(told([link(1), link(3, { until: 'ledger-7' })])).toEqual(['missing ledger-2']);
  });

  test('of what was not read the digest counts', () => {
    const tags = ['ledger-1', 'ledger-2', 'ledger-3'];
    expect(told([link(3)], { tags, digests: { 'ledger-2': 'sha256:2' } })).toEqual([]);
    expect(told([link(3)], { tags, digests: { 'ledger-2': 'sha256:other' } })).toEqual(['changed ledger-2']);
  });
});
