import { ask } from '../../../lab/traffic/client';
import type { TestBed } from '../../../lab/test-bed';
import { clientOf } from '../../../parts/server/engine-client';
import { describeWith, parts } from '../../setup/parts';
import { openTestBed, until } from '../test-bed';

/** The three ways back: what is warm, what is on the host, what is in the registry; and what others may still go back to. */
describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'node'], 'a rollback', () => {
  let bed: TestBed;
  let close: () => Promise<void>;
  let version = 0;

  beforeAll(async () => void ({ bed, close } = await openTestBed('probe')));
  afterAll(async () => await close());

  const BY = ['--by', 'ops@example.com'];
  const engine = () => clientOf(parts().engine.host);
  const answer = () => ask(bed.probes[0]!);
  const run = async (...args: string[]) => {
    const { status, stdout, stderr } = await bed.windlass.run(...args, ...BY);
    return { status, said: status === 0 ? '' : stdout + stderr };
  };
  const rollBack = () => run('rollback', 'production', '--reason', 'to try it');
  const done = { status: 0, said: '' };

  /** Commits a version whose image differs, with these settings of production; `more` are further environments before it. */
  function commit(settings: string, more = ''): string {
    version += 1;
    bed.shop.setVariable('VERSION', String(version));
    bed.shop.write('web/version.txt', String(version));
    bed.shop.write('windlass.yaml', manifestOf(bed.app, settings, more));
    return bed.shop.commit(`Version ${version}`);
  }
  const release = async (settings: string, more?: string) => {
    const sha = commit(settings, more);
    expect(await run('release', '--commit', sha, '--until', 'done')).toEqual(done);
    return sha.slice(0, 10);
  };

  /** The instances on the engine, as `RELEASE ID`. */
  async function instances(environment = 'production'): Promise<string[]> {
    const label = (word: string, value: string) => `${bed.installation}.${word}=${value}`;
    const filters = { label: [label('app', bed.app), label('role', 'instance'), label('environment', environment)] };
    const containers = await engine().listContainers({ all: true, filters });
    return containers.map(({ Labels, Id }) => `${Labels[`${bed.installation}.release`]} ${Id}`).sort();
  }
  /** The image of web that serves now, by its digest. */
  async function imageOfWeb(): Promise<string> {
    const filters = { label: [`${bed.installation}.service=web`, `${bed.installation}.environment=production`] };
    const [web] = await engine().listContainers({ filters });
    return web!.Image;
  }
  const isOnHost = (image: string) =>
    engine()
      .getImage(image)
      .inspect()
      .then(() => true)
      .catch(() => false);
  async function deleteFromRegistry(image: string): Promise<void> {
    const [, registry, repository, digest] = /^([^/]+)\/(.+)@(.+)$/.exec(image)!;
    const { status } = await fetch(`http://${registry}/v2/${repository}/manifests/${digest}`, { method: 'DELETE' });
    expect(status).toBe(202);
  }

  it('is a switch while the new release soaks: what served before was never stopped', async () => {
    await release('soak: 500ms');
    const [before, served] = [await instances(), await answer()];
    const next = commit('soak: 10m');
    const released = bed.windlass.run('release', '--commit', next, '--until', 'done', ...BY);
    await until(async () => (await answer()) === `version ${version}`, 100);
    expect(await rollBack()).toEqual(done);
    expect(await answer()).toBe(served);
    expect(await instances()).toEqual(before);
    expect((await released).status).not.toBe(0);
  });

  it('afterwards starts from the images of the host: the registry need not have them', async () => {
    await release('soak: 500ms');
    const [image, served] = [await imageOfWeb(), await answer()];
    await release('soak: 500ms');
    await deleteFromRegistry(image);
    expect(await rollBack()).toEqual(done);
    expect(await answer()).toBe(served);
    expect(await imageOfWeb()).toBe(image);
  });

  it('pulls by digest what was pruned from the host', async () => {
    const before = await release('soak: 500ms');
    const image = await imageOfWeb();
    await release('soak: 500ms\n    retention: 0');
    expect(await isOnHost(image)).toBe(false);
    expect(await rollBack()).toEqual(done);
    expect(await isOnHost(image)).toBe(true);
    expect((await instances()).every((one) => one.startsWith(before))).toBe(true);
  });

  it('finds what another environment on the same host has no need of any more', async () => {
    const staging = `
  staging:
    hosts: [local]
    routes: [{ service: web, host: staging.localhost }]
    soak: 500ms
    retention: 0`;
    await release('soak: 500ms');
    const image = await imageOfWeb();
    await release('soak: 500ms');
    const next = commit('soak: 500ms\n    approval: { from: [somebody@example.com] }', staging);
    expect(await run('release', '--commit', next, '--until', 'awaiting-approval')).toEqual(done);
    expect(await instances('staging')).toHaveLength(2);
    expect(await isOnHost(image)).toBe(true);
    await deleteFromRegistry(image);
    expect(await rollBack()).toEqual(done);
    expect(await imageOfWeb()).toBe(image);
  });
});

const manifestOf = (app: string, settings: string, more: string) => `
app: ${app}
services:
  web: { drain: 1s, replicas: 1 }
  jobs: { background: true }
environments:${more}
  production:
    hosts: [local]
    routes: [{ service: web, host: probe.localhost }]
    ${settings}
`;
