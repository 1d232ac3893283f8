import { withPlatforms } from '../../../activities/source/platforms';
import type { HostCheck } from '../../../src/model/inspection';
import { environment, service } from '../../src/plan/fixtures';
import { describeWith } from '../../setup/parts';
import { sharedEngine } from '../fixtures';

describeWith(['engine'], 'what the engines of hosts can run', () => {
  const production = environment([service('web'), service('db'), service('api')]);
  const host = production.targets[0]!.name;
  const found = { web: { image: 'example/web:1', platforms: ['linux/s390x'], isList: true } };
  const build = { context: '.', dockerfile: 'Dockerfile', args: {}, labels: {} };
  const draft = {
    environments: [production],
    builds: [
      { ...build, service: 'db' },
      { ...build, service: 'api', platform: 'linux/arm64/v8' },
    ],
  };
  const check = (platform?: string): HostCheck => ({
    environment: production.name,
    host,
    ok: true,
    ...(platform && { platform }),
    found: { engine: { ok: true, what: '28.0' } },
    composed: [],
  });

  test('a check of a host is not fine where an image has no variant for it, and says what it would have to emulate', async () => {
    const engine = sharedEngine();
    const { os, architecture } = await engine.info();
    const [judged] = await withPlatforms([check('linux/riscv64')], draft, found, engine);
    expect(judged).toMatchObject({ ok: false, found: { engine: { ok: false } } });
    expect(judged!.found.engine!.what).toMatch(
      /^is linux\/riscv64, but image example\/web:1 of web exists for linux\/s390x only/,
    );
    expect(judged!.composed).toEqual([
      expect.stringContaining(`db is built for ${os}/${architecture}: it starts only where the host emulates that`),
      expect.stringContaining('api is built for linux/arm64: '),
    ]);
  });

  test('nothing changes where it has, and where nobody knows the platform', async () => {
    const engine = sharedEngine();
    for (const one of [check('linux/s390x'), check()]) {
      const [judged] = await withPlatforms([one], { ...draft, builds: [] }, found, engine);
      expect(judged).toEqual(one);
    }
  });
});
