import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { connectEngine } from '../../../activities/drivers/docker/connect';
import type { TestBed } from '../../../lab/test-bed';
import { build, makeFolder } from '../../activities/fixtures';
import { describeWith, parts } from '../../setup/parts';
import { openTestBed, releaseOf } from '../test-bed';

/** Who comes first to an empty folder writes a row. */
const KEEPER = '[ -f /data/row ] || hostname > /data/row; trap "exit 0" TERM; while true; do sleep 1 & wait $!; done';

/** What docker compose keeps in a volume that only the image declares is found on its containers, and nowhere in the files. */
describeWith(
  ['temporal', 'engine', 'registry', 'compose', 'images', 'node'],
  'a volume of an image, taken over',
  () => {
    let bed: TestBed;
    let close: (() => Promise<void>) | undefined;
    let image: string;
    let row: string;
    let version = 0;
    const engine = () => connectEngine({ name: 'local', address: 'local' }, { dockerHost: parts().engine.host });

    beforeAll(async () => {
      ({ bed, close } = await openTestBed());
      image = `${parts().registry.address}/${bed.installation}/keeper`;
      const dockerfile = `FROM ${parts().images.base.name}\nVOLUME /data\nCMD ${JSON.stringify(['sh', '-c', KEEPER])}\n`;
      await engine().tagImage(await build(engine(), makeFolder({ Dockerfile: dockerfile })), image, '1');
      await engine().pushImage(image, '1', undefined);
      bed.shop.write('web/Dockerfile', `FROM ${parts().images.base.name}\nCMD ["sleep", "100000"]\n`);
      commit();
      await compose('up', '--build', '--detach');
      row = await rowOf(`${bed.app}-db-1`);
    });
    afterAll(async () => {
      await compose('down', '--volumes', '--timeout', '1');
      await close?.();
    });

    function commit(db = ''): string {
      version += 1;
      const project = `app: ${bed.app}\nenvironments:\n  production: { hosts: [local], soak: 0s, project: ${bed.app} }\n`;
      bed.shop.write('windlass.yaml', project);
      bed.shop.write(
        'docker-compose.yml',
        `services:\n  web: { build: ./web, environment: { V: "${version}" }, healthcheck: { test: [CMD, "true"] } }\n` +
          `  db: { image: "${image}:1", restart: always${db} }\n`,
      );
      return bed.shop.commit(`change ${version}`);
    }
    async function compose(...args: string[]): Promise<void> {
      const [program = '', ...first] = parts().compose.command;
      const env = { ...process.env, DOCKER_HOST: parts().engine.host };
      await promisify(execFile)(program, [...first, '-p', bed.app, ...args], { cwd: bed.shop.dir, env });
    }
    async function release(of: string, ...more: string[]) {
      const ended = await releaseOf(bed, of, ...more);
      return ended.status === 0 ? { ...ended, said: '' } : ended;
    }
    const rowOf = async (container: string) => (await engine().exec(container, ['cat', '/data/row'])).stdout.trim();
    const own = () => `${bed.installation}-${bed.app}-production-db`;

    it('is adopted with its container, even one that does not run at the moment', async () => {
      await compose('stop', '--timeout', '1', 'db');
      expect(await release(commit())).toEqual({ status: 0, said: '' });
      expect(await rowOf(`${bed.app}-db-1`)).toBe(row);
      expect(await engine().inspectContainer(own())).toBeUndefined();
    });

    it('passes to the container that a change makes', async () => {
      expect(await release(commit(', environment: { A: b }'))).toEqual({ status: 0, said: '' });
      expect(await rowOf(own())).toBe(row);
    });

    it('is not left behind by a release that would have it elsewhere', async () => {
      const { status, said: why } = await release(commit(', volumes: ["/srv/nowhere-at-all:/data"]'));
      expect({ status, why }).toEqual({ status: 3, why: expect.stringContaining('--accept-empty db') });
      expect(await rowOf(own())).toBe(row);
    });
  },
);
