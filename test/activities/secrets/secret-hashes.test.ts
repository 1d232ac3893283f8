import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createPlanningActivities } from '../../../activities/planning';
import { hashSecrets, readHashes, readKey } from '../../../activities/secrets/secret-hashes';
import { SecretReader } from '../../../activities/secrets';
import { instanceName } from '../../../src/model/names';
import { describeWith } from '../../setup/parts';
import { failureOf, makeFolder } from '../fixtures';
import { makeTestBed, service, type TestBed } from '../rollout/rollout-fixtures';

const place = { app: 'shop', environment: 'staging' };

describe('the key of an installation', () => {
  const settings = () => ({ installation: 'windlass', data: `${makeFolder({})}/data` });

  test('is made once, for the user of the worker alone, and is another in every installation', async () => {
    const here = settings();
    const [first, ...others] = await Promise.all([readKey(here, {}), readKey(here, {}), readKey(here, {})]);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(others).toEqual([first, first]);
    const file = `${here.data}/windlass.key`;
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await readKey({ ...here, installation: 'other' }, {})).not.toBe(first);
  });

  test('can be given, to be the same for all workers', async () => {
    const key = 'k'.repeat(40);
    expect(await readKey(settings(), { WINDLASS_KEY: key })).toBe(key);
    expect((await failureOf(readKey(settings(), { WINDLASS_KEY: 'short' }))).message).toMatch(
      /^WINDLASS_KEY has 5 characters\. Expected at least 32 random ones/,
    );
    const nowhere = { installation: 'windlass', data: '/dev/null/data' };
    expect((await failureOf(readKey(nowhere, {}))).message).toMatch(
      /^the worker cannot store the installation's key in \/dev\/null\/data\/windlass\.key \(ENOTDIR\)\. Set WINDLASS_DATA/,
    );
  });

  test('tells whether a value is the same, and neither the value nor that another has it', async () => {
    const [here, there] = [settings(), settings()];
    const sources = { A: { env: 'A' }, B: { env: 'B' } };
    const hash = async (where: typeof here, value: string, of: typeof place = place) =>
      (await hashSecrets(where, of, ['B', 'A'], sources, new SecretReader({ A: value, B: value }))).hashes;
    const one = await hash(here, 'canary');
    expect(await hash(here, 'canary')).toEqual(one);
    expect(Object.keys(one)).toEqual(['A', 'B']);
    const others = [
      await hash(here, 'other'),
      await hash(there, 'canary'),
      await hash(here, 'canary', { ...place, environment: 'x' }),
    ];
    expect(new Set([one, ...others].flatMap((all) => [all['A'], all['B']])).size).toBe(8);
    for (const text of Object.values(one)) expect(text).toMatch(/^[0-9a-f]{8}-[0-9a-f]{12}$/);
  });
});

describeWith(['engine', 'images'], 'the values that containers were made with', () => {
  let bed: TestBed;
  let file: string;
  beforeAll(async () => {
    bed = await makeTestBed();
    file = `${makeFolder({ token: 'canary-0815\n' })}/token`;
  });
  afterAll(() => bed.cleanUp());

  test('a label tells them from other ones, and what a container says is withheld once they are not known', async () => {
    const { perform, engine, inspect } = bed;
    const secrets = { TOKEN: { file }, OTHER: { env: 'WLTEST_NONE' } };
    const services = [service('web', { environment: { NAME: '{{secret:TOKEN}}' } }), service('api')];
    const record = bed.release('r', { services, secrets });
    await perform('createNetworks', { release: 'r' });
    for (const { name } of services) await perform('startInstances', { release: 'r', service: name, count: 1 });
    const labelOf = async (name: string) =>
      (await engine.inspectContainer(instanceName(bed.place, 'r', name)))?.labels[`${bed.place.installation}.secrets`];
    expect(await labelOf('web')).toMatch(/^TOKEN=[0-9a-f]{8}-[0-9a-f]{12}$/);
    expect(await labelOf('api')).toBeUndefined();
    const said = async (service: string) =>
      (await inspect.readLogs({ record, environment: 'staging', service }))[0]?.text;
    process.env['WLTEST_NONE'] = 'canary-2';
    expect(await said('web')).toBe('*** serves\n');
    writeFileSync(file, 'rotated');
    expect(await said('web')).toBe(
      '(withheld: it may contain TOKEN, which the worker cannot read and so cannot redact)',
    );
    expect(await said('api')).toBe('api serves\n');
    delete process.env['WLTEST_NONE'];
    expect(await said('api')).toMatch(/withheld.*OTHER/);
    expect(readHashes(await labelOf('web'))).toEqual({ TOKEN: expect.any(String) });
  });

  test('planning finds every secret that is missing, and says which has another value than it had', async () => {
    const secrets = { TOKEN: { file }, DB: { env: 'WLTEST_NONE' }, UNUSED: { env: 'WLTEST_NONE' } };
    const environment = { A: '{{secret:TOKEN}}', B: 'x{{secret:DB}}', C: '{{secret:TYPO}}' };
    const { planRollout } = createPlanningActivities({
      ...bed.deps,
      claim: () => Promise.resolve(true),
      committedOn: () => Promise.resolve(undefined),
    });
    const plan = (name: string, ran = {}) =>
      planRollout({ ...place, kind: 'rollback', record: bed.refTo(name), keep: [], ran });
    rmSync(file);
    bed.release('bad', { services: [service('web', { environment })], secrets });
    expect(await plan('bad')).toEqual({
      refused: {
        kind: 'no-secret',
        message: [
          '3 secrets of staging cannot be read; nothing was changed',
          "DB (env WLTEST_NONE): the worker has no variable WLTEST_NONE. Set it in the worker's environment and restart the worker",
          `TOKEN (file ${file}): the worker cannot read the file ${file} (ENOENT). Create it, readable by the worker's user`,
          'TYPO: no such secret is declared',
        ].join('\n'),
      },
    });
    writeFileSync(file, 'canary-1');
    bed.release('good', { services: [service('web', { environment: { A: '{{secret:TOKEN}}' } })], secrets });
    const before = await plan('good');
    if (!('plan' in before)) throw new Error(JSON.stringify(before));
    expect(before.secrets).toEqual({ TOKEN: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{12}$/) });
    writeFileSync(file, 'canary-2');
    const after = await plan('good', { good: before.secrets });
    expect(after).toMatchObject({
      plan: { warnings: ["secret TOKEN: good ran with another value and now gets today's"] },
    });
    expect(readFileSync(file, 'utf8')).toBe('canary-2');
    expect(JSON.stringify([before, after])).not.toContain('canary');
  });
});
