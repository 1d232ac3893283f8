import { connectEngine } from '../../../activities/drivers/docker/connect';
import { clientOf } from '../../../parts/server/engine-client';
import type { TestBed } from '../../../lab/test-bed';
import { build, makeFolder } from '../../activities/fixtures';
import { describeWith, parts } from '../../setup/parts';
import { openTestBed, releaseOf } from '../test-bed';

/** Who comes first to an empty folder writes a row; who comes while another one is there writes that down. */
const KEEPER = `#!/bin/sh
trap 'rmdir /data/lock; exit 0' TERM
mkdir /data/lock 2>/dev/null || hostname >> /data/two
[ -f /data/row ] || hostname > /data/row
while true; do sleep 1 & wait $!; done
`;

/** Tests on an environment with `db`, which keeps data and tells when it is not alone; each begins by `declared` or `named`. */
export function withKeeper(tests: (keeper: ReturnType<typeof openKeeper>) => void): void {
  describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'node'], 'what keeps data', () =>
    tests(openKeeper()),
  );
}

function openKeeper() {
  let bed: TestBed;
  let close: (() => Promise<void>) | undefined;
  let image: string;
  let count = 0;
  const engine = () => connectEngine({ name: 'local', address: 'local' }, { dockerHost: parts().engine.host });
  const rows: Record<string, string> = {};
  const big = () => `big-${bed.installation}`;

  beforeAll(async () => {
    ({ bed, close } = await openTestBed());
    image = `${parts().registry.address}/${bed.installation}/keeper`;
    const dockerfile = `FROM ${parts().images.base.name}\nCOPY --chmod=755 keeper /keeper\nVOLUME /data\nCMD ["/keeper"]\n`;
    const id = await build(
      engine(),
      makeFolder({ Dockerfile: dockerfile.replace('--chmod=755 ', ''), keeper: KEEPER }),
    );
    await engine().tagImage(id, image, '1');
    await engine().pushImage(image, '1', undefined);
  });
  afterAll(async () => {
    await close?.();
    const client = clientOf(parts().engine.host);
    await client
      .getVolume(big())
      .remove()
      .catch(() => undefined);
  });

  const db = (more = '', name = 'db') =>
    `  ${name}: { image: "${image}:1", command: [sh, /keeper], healthcheck: { test: [CMD, test, -f, /data/row], interval: 1s }${more} }\n`;
  const onData = ', volumes: ["data:/data"]';
  /** It writes, and is never healthy. */
  const sickly = (more: string, of = 'db') =>
    db(more, of).replace('test: [CMD, test, -f, /data/row]', 'test: [CMD, "false"], retries: 1');

  /** Commits services beside `web`, volumes, and what the manifest says of services. */
  function commit(services: string, { volumes = '{ data: }', manifest = '', environment = 'production' } = {}): string {
    count += 1;
    bed.shop.write(
      'windlass.yaml',
      `app: ${bed.app}\n${manifest}environments:\n  ${environment}: { hosts: [local], soak: 0s }\n`,
    );
    bed.shop.write(
      'docker-compose.yml',
      `services:\n  web: { build: ./web, environment: { V: "${count}" }, healthcheck: { test: [CMD, "true"] } }\n${services}volumes: ${volumes}\n`,
    );
    bed.shop.write('web/Dockerfile', `FROM ${parts().images.base.name}\nCMD ["sleep", "100000"]\n`);
    return bed.shop.commit(`change ${count}`);
  }
  const release = (of: string, ...more: string[]) => releaseOf(bed, of, ...more);
  const expectReleased = async (of: string, ...more: string[]) => {
    const ended = await release(of, ...more);
    expect({ status: ended.status, said: ended.status ? ended.said : '' }).toEqual({ status: 0, said: '' });
  };
  const rollback = async (...more: string[]) =>
    bed.windlass.run('rollback', 'production', '--by', 'ops@example.com', '--reason', 'a test', ...more);
  /** The containers of the keeper that run, by their names after the environment's. */
  async function keepers(): Promise<string[]> {
    const filters = { label: [`${bed.installation}.app=${bed.app}`] };
    const all = await clientOf(parts().engine.host).listContainers({ all: true, filters });
    return all
      .filter(({ Labels, State }) => Labels[`${bed.installation}.service`] !== 'web' && State === 'running')
      .map(({ Names }) => Names[0]!.slice(1))
      .sort();
  }
  const name = (service: string) => `${bed.installation}-${bed.app}-production-${service}`;
  const row = async (container: string) => (await engine().exec(container, ['cat', '/data/row'])).stdout.trim();
  const two = async (container: string) =>
    (await engine().exec(container, ['sh', '-c', 'cat /data/two 2>/dev/null'])).stdout;
  const expectOne = async (container: string, of: string) => {
    expect(await keepers()).toEqual([container]);
    expect([await row(container), await two(container)]).toEqual([of, '']);
  };

  /** What a test begins from, whichever was before it: `db` keeps its data in what the image declares, or in the volume `data`. */
  async function declared(): Promise<void> {
    if (rows['nameless']) return;
    await expectReleased(commit(db()));
    rows['nameless'] = await row(name('db'));
  }
  async function named(): Promise<void> {
    if (rows['data']) return;
    await expectReleased(commit(db(onData)), '--accept-empty', 'db');
    rows['data'] = await row(name('db'));
  }

  return {
    bed: () => bed,
    engine,
    rows,
    db,
    onData,
    sickly,
    big,
    commit,
    release,
    expectReleased,
    rollback,
    keepers,
    name,
    row,
    two,
    expectOne,
    declared,
    named,
  };
}
