import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connectEngine } from '../../../activities/drivers/docker/connect';
import { cleanUp } from '../../../lab/clean-up';
import { Shop } from '../../../lab/shop';
import { Windlass, workerVariables } from '../../../lab/windlass';
import { clientOf } from '../../../parts/server/engine-client';
import { freePort } from '../../../parts/run/ports';
import { parts } from '../../setup/parts';

/** What tells whether a container of docker compose is as it was. */
export interface Composed {
  name: string;
  id: string;
  state: string;
  restart: string;
  networks: string[];
}

/** `examples/guestbook` in a repository of its own, as a team runs it by docker compose before it knows windlass. */
export class Guestbook {
  private constructor(
    readonly dir: string,
    readonly app: string,
    readonly repository: Shop,
    readonly windlass: Windlass,
    /** Where compose publishes the application, and where the proxy is to listen: `127.0.0.1:8080`. */
    readonly address: string,
    private readonly installation: string,
    private readonly variables: Record<string, string>,
  ) {}

  static async open(): Promise<Guestbook> {
    const dir = mkdtempSync(join(tmpdir(), 'windlass adopt '));
    const app = `guestbook${randomBytes(2).toString('hex')}`;
    const installation = `windlass-${randomBytes(3).toString('hex')}`;
    const address = `127.0.0.1:${await freePort()}`;
    const { registry, node } = parts();
    const password = randomBytes(8).toString('hex');
    const variables = {
      ...workerVariables(parts(), { installation, dir, http: address }),
      GUESTBOOK_DB_PASSWORD: password,
    };
    const database = await pushDatabase(`${registry.address}/${installation}`);
    // Compose calls a project by its folder.
    const repository = Shop.create(
      join(dir, app),
      { BASE: node.name, POSTGRES_IMAGE: database, PORT: address },
      'guestbook',
    );
    repository.edit('windlass.yaml', 'app: guestbook', `app: ${app}`);
    repository.edit('windlass.yaml', 'project: guestbook', `project: ${app}`);
    repository.edit('windlass.yaml', 'soak: 10s', 'soak: 1s');
    const windlass = new Windlass(variables, repository.dir, join(dir, 'worker.log'), () => undefined);
    await windlass.startWorker();
    return new Guestbook(dir, app, repository, windlass, address, installation, {
      ...variables,
      DB_PASSWORD: password,
    });
  }

  /** `docker compose …` in the folder, as the team types it. */
  async compose(...args: string[]): Promise<string> {
    const [program = '', ...first] = parts().compose.command;
    const env = { ...process.env, ...this.variables };
    const { stdout } = await promisify(execFile)(program, [...first, ...args], { cwd: this.repository.dir, env });
    return stdout;
  }

  /** What compose made of the project, as the engine says it. */
  async composed(): Promise<Composed[]> {
    const engine = clientOf(parts().engine.host);
    const filters = { label: [`com.docker.compose.project=${this.app}`] };
    const found = await engine.listContainers({ all: true, filters });
    const all = await Promise.all(found.map(({ Id }) => engine.getContainer(Id).inspect()));
    return all
      .map(({ Name, Id, State, HostConfig, NetworkSettings }) => ({
        name: Name.slice(1),
        id: Id.slice(0, 12),
        state: State.Status,
        restart: HostConfig.RestartPolicy?.Name ?? '',
        networks: Object.keys(NetworkSettings.Networks).sort(),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async one(service: string): Promise<Composed | undefined> {
    return (await this.composed()).find(({ name }) => name === `${this.app}-${service}-1`);
  }

  /** What runs of windlass's own for the environment. */
  async own(): Promise<string[]> {
    const filters = { label: [`${this.installation}.app=${this.app}`] };
    const containers = await clientOf(parts().engine.host).listContainers({ all: true, filters });
    return containers.map(({ Names }) => Names[0]!.slice(1)).sort();
  }

  async write(words: string): Promise<string> {
    const [hostname, port] = this.address.split(':');
    return await new Promise((resolve, reject) => {
      const headers = { host: 'guestbook.localhost' };
      const sent = request({ hostname, port, method: 'POST', headers, agent: false }, (response) => {
        let text = '';
        response.on('data', (part: Buffer) => (text += part.toString())).on('end', () => resolve(text));
      });
      sent.on('error', reject).end(words);
    });
  }

  async close(): Promise<void> {
    await this.windlass.stop();
    await this.compose('down', '--volumes', '--timeout', '1').catch(() => undefined);
    const { engine, registry } = parts();
    await cleanUp(engine.host, this.installation, [`${registry.address}/${this.app}`]);
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** The ready-made image that compose and windlass pull. */
async function pushDatabase(registry: string): Promise<string> {
  const { engine: at, postgres } = parts();
  const engine = connectEngine({ name: 'test', address: at.host }, { dockerHost: at.host });
  const id = await engine.imageId(postgres.name);
  await engine.tagImage(id!, `${registry}/postgres`, '15');
  await engine.pushImage(`${registry}/postgres`, '15', undefined);
  return `${registry}/postgres:15`;
}
