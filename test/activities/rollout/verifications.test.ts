import { oneOffName } from '../../../src/model/names';
import { describeWith } from '../../setup/parts';
import { failureOf } from '../fixtures';
import { makeTestBed, service, type TestBed } from './rollout-fixtures';
import { httpVerification, runVerification, type Verification } from '../../../src/manifest/kinds';

const HEALTH = { test: ['CMD', 'wget', '-qO-', 'http://127.0.0.1/'] };
const http = (more: object) => ({
  title: 'asked',
  ...httpVerification.parse({ kind: 'http', service: 'web', attempts: 1, ...more }),
});
const run = (command: string[], more: object = {}) => ({
  title: 'ran',
  ...runVerification.parse({ kind: 'run', service: 'web', command, ...more }),
});

describeWith(['engine', 'images'], 'verifications', () => {
  let bed: TestBed;
  beforeAll(async () => {
    bed = await makeTestBed();
    put([]);
    await bed.perform('ensureProxy', {});
    await bed.perform('createNetworks', { release: 'r' });
    await bed.perform('startInstances', { release: 'r', service: 'web', count: 1 });
    await bed.perform('switchRoutes', { release: 'r' });
  });
  afterAll(() => bed.cleanUp());

  const put = (verifications: Verification[]) =>
    bed.release('r', {
      services: [service('web', { healthcheck: HEALTH })],
      routes: [{ service: 'web', host: 'shop.example', path: '/', port: 80 }],
      verifications,
    });
  const verify = (verification: Verification) => {
    put([verification]);
    return bed.perform('verify', { release: 'r', index: 0, title: verification.title });
  };

  test.each(['host', 'worker'])('http: status, body, header and time, from the %s', async (from) => {
    await verify(http({ from, body: 'we', header: { 'Content-Length': '4' }, within: '20s' }));
    await verify(http({ from, path: '/none', status: 404, body: 'Not Found' }));
    await verify(http({ from, path: '/cgi-bin/slow', body: 'web', within: '20s' }));
    await verify(http({ from, method: 'HEAD' }));
    const wrong = [
      { path: '/none' },
      { body: 'shop' },
      { header: { 'x-version': '2' } },
      { header: { 'content-length': '5' } },
      { path: '/cgi-bin/slow', within: '300ms' },
    ];
    const got: string[] = [];
    for (const more of wrong) {
      const failure = await failureOf(verify(http({ from, ...more })));
      expect(failure).toMatchObject({
        type: 'Permanent',
        kind: 'verification-failed',
        operation: 'verify',
        host: 'local',
        service: 'web',
      });
      got.push(failure.message);
    }
    expect(got).toEqual([
      '"asked" failed: expected status 200, got status 404: 404 Not Found 404 Not Found The requested URL was not found (1 attempt)',
      '"asked" failed: expected status 200, a body with "shop", got a body that begins "web\\n" (1 attempt)',
      '"asked" failed: expected status 200, x-version: 2, got no header x-version (1 attempt)',
      '"asked" failed: expected status 200, content-length: 5, got content-length: 4 (1 attempt)',
      expect.stringMatching(
        /^"asked" failed: expected status 200, within 300 ms, got (an answer after \d+ ms|no answer within 300 ms) \(1 attempt\)$/,
      ),
    ]);
  });

  test('http: asked again until attempts run out', async () => {
    const began = Date.now();
    const failure = await failureOf(verify(http({ path: '/none', attempts: 3 })));
    expect(failure.message).toMatch(/\(3 attempts\)$/);
    expect(Date.now() - began).toBeGreaterThan(1_000);
  });

  test('http: what cannot be asked tells nothing, which is not the same as a failure', async () => {
    expect(await failureOf(verify(http({ service: 'jobs' })))).toMatchObject({
      type: 'Permanent',
      kind: 'verification-inconclusive',
      message: '"asked" was inconclusive: jobs has no route in staging. Give it one, or verify it with "kind: run"',
    });
  });

  test('run: exit status and last lines; it is run again when it is asked again', async () => {
    await verify(run(['wget', '-qO-', 'http://web/']));
    await verify(run(['wget', '-qO-', 'http://web/']));
    expect(await failureOf(verify(run(['sh', '-c', 'echo looked; exit 3'])))).toMatchObject({
      kind: 'verification-failed',
      message: '"ran" failed: expected "sh -c echo looked; exit 3" to end with exit status 0, got exit status 3',
      lastLines: ['looked'],
    });
    expect(await failureOf(verify(run(['sleep', '100'], { within: '500ms' })))).toMatchObject({
      message: '"ran" failed: expected "sleep 100" to end with exit status 0, got no end within 0.5 s',
    });
    expect(await bed.engine.inspectContainer(oneOffName(bed.place, 'r', 'web', 'verify-0'))).toBeUndefined();
  });
});
