import { describeBesides } from '../../../src/plan/engines/take-over/leftovers';
import { planRollout } from '../../../src/plan/plan-rollout';
import { composed, environment, observed, planning, record, running, service } from './fixtures';

const after = environment([service('web'), service('db')]);
const places = [{ app: 'other', environment: 'production', services: ['db', 'web'] }];

describe('another application with services of the same names', () => {
  it('is told where this one comes for the first time, for it may be this one by an earlier name', () => {
    expect(describeBesides({ thing: 'container' }, 'shop', after, ['production'], { containers: [], places })).toEqual([
      expect.stringContaining('application other runs services of the same names here'),
    ]);
  });

  it('is none of its business where this one runs', () => {
    const containers = [running('aaa', 'web')];
    expect(describeBesides({ thing: 'container' }, 'shop', after, ['production'], { containers, places })).toEqual([]);
  });
});

describe('data that is left behind on purpose', () => {
  const nameless = 'ab'.repeat(32);
  const keeper = (store: string) =>
    running('aaa', 'db', {
      role: 'accessory',
      name: 'windlass-shop-production-db',
      writes: [{ target: '/data', store }],
    });
  const current = record('aaa', environment([service('web')]));
  const found = 'volumes: { DATA: { external: true, name: ' + nameless + ' } }';

  it('is where a forgotten accessory had it, and has no name where only the image declares it', () => {
    const warnings = (store: string) =>
      planRollout(
        planning({ kind: 'release', wanted: current, current, forget: 'db', observed: observed([keeper(store)]) }),
      ).warnings;
    expect(warnings('shop_data')).toContain('db: its data stays in shop_data of local');
    expect(warnings(nameless)).toContainEqual(expect.stringContaining(found));
  });

  it('is told before docker compose starts empty, unless compose has that volume', () => {
    const warnings = (store: string, has?: string) => {
      const seen = observed([keeper(store)]);
      if (has)
        seen.targets['local']!.composed = [
          composed('db', { state: 'exited', writes: [{ target: '/data', store: has }] }),
        ];
      return planRollout(planning({ kind: 'eject', current, observed: seen })).warnings.filter((one) =>
        one.includes('starts empty'),
      );
    };
    expect(warnings(nameless)).toEqual([expect.stringContaining(found)]);
    expect(warnings(nameless, nameless)).toEqual([]);
    expect(warnings('shop_data')).toEqual([]);
  });
});
