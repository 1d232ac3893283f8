import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask } from '../../../lab/traffic/client';
import { oneEnvironment } from '../../../lab/shop';
import type { TestBed } from '../../../lab/test-bed';
import { describeWith } from '../../setup/parts';
import { APPROVER, openTestBed } from '../test-bed';

/** The platform team's word, by the installed program: read at each use, so its file changes under a worker that runs. */
describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'node'], 'a policy on the worker', () => {
  let bed: TestBed;
  let close: () => Promise<void>;
  const folder = mkdtempSync(join(tmpdir(), 'windlass-policy-'));
  const file = join(folder, 'policy.yaml');
  let version = 0;

  const policy = (route = 'probe.localhost') => `people: { ${APPROVER}: [] }
rules:
  - apps: [probe*]
    sources: [${bed.shop.dir}]
    targets: [local]
    routes: [${route}]
    docker: { ports: true }
    approval: { from: [${APPROVER}] }
`;

  beforeAll(async () => {
    process.env['WINDLASS_POLICY'] = file;
    ({ bed, close } = await openTestBed('probe'));
    writeFileSync(file, policy());
  });
  afterAll(async () => {
    delete process.env['WINDLASS_POLICY'];
    rmSync(folder, { recursive: true, force: true });
    await close?.();
  });

  const run = async (...args: string[]) => {
    const { status, stdout, stderr } = await bed.windlass.run(...args);
    return { status, said: stdout + stderr };
  };
  function commit(more = ''): string {
    bed.shop.setVariable('VERSION', String((version += 1)));
    bed.shop.write('windlass.yaml', manifest(bed.app, more));
    return bed.shop.commit(`Version ${version}`);
  }
  const answer = () => ask(bed.probes[0]!);
  async function release(): Promise<void> {
    const sha = commit();
    // The manifest asks nobody: it is the policy that does.
    const waiting = await run('release', '--commit', sha, '--until', 'awaiting-approval', '--by', 'dev@example.com');
    expect(waiting).toMatchObject({ status: 0, said: expect.stringContaining(APPROVER) });
    expect((await run(...(await bed.windlass.approval(sha)), '--by', 'dev@example.com')).status).toBe(2);
    expect((await run(...(await bed.windlass.approval(sha)), '--by', APPROVER)).status).toBe(0);
    expect((await run('release', '--commit', sha, '--until', 'done', '--by', 'dev@example.com')).status).toBe(0);
  }

  test('asks for approval that no manifest asks for, and is asked again where a record is planned', async () => {
    await release();
    await release();
    expect(await answer()).toBe('version 2');

    writeFileSync(file, policy('other.localhost'));
    const line = `${file}:6:5 rules[0].routes: allows ${bed.app} in production other.localhost alone`;
    const back = ['rollback', 'production', '--reason', 'to try it', '--by', 'ops@example.com'];
    const refused = await run(...back);
    expect(refused.status).not.toBe(0);
    expect(refused.said).toContain(line);
    expect(await run('check', '--commit', commit())).toMatchObject({ status: 2, said: expect.stringContaining(line) });
    expect(await run('check', '--offline')).toMatchObject({ status: 2, said: expect.stringContaining(line) });
    expect(await answer()).toBe('version 2');

    writeFileSync(file, 'rules: [{ apps: [probe*], rotes: [] }]');
    const wrong = `${file}:1:27 rules[0].rotes: is not known here. Did you mean "routes"?`;
    expect((await run(...back)).said).toContain(wrong);
    expect(await run('release', '--commit', commit(), '--until', 'done')).toMatchObject({
      said: expect.stringContaining(wrong),
    });
    expect(await answer()).toBe('version 2');

    writeFileSync(file, policy());
    expect((await run(...back)).status).toBe(0);
    expect(await answer()).toBe('version 1');
  });

  test('a commit that wants more than it may have is refused before anything is touched', async () => {
    const sha = commit('\n    secrets: { TOKEN: { env: BANK_TOKEN } }');
    const said = await run('release', '--commit', sha, '--until', 'done');
    expect(said.status).toBe(2);
    expect(said.said).toContain(
      `${file}:3:5 rules[0].secrets.env: allows ${bed.app} in production nothing of it, and the secret TOKEN is read from env BANK_TOKEN`,
    );
  });
});

const manifest = (app: string, more: string) =>
  oneEnvironment(app, `\n    soak: 1s${more}`)
    .replace(/\n {4}(variables|secrets): \{ (PAYMENTS|API_TOKEN).*/g, '')
    .replace('shop.localhost', 'probe.localhost')
    .replace('  jobs: { background: true }', '  web: { drain: 1s, replicas: 1 }\n  jobs: { background: true }');
