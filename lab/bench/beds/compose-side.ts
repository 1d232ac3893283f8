import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../../parts/run/ports';
import type { Bench } from './bench';
import type { Turn } from '../rounds';
import { Stopwatch } from '../figures/stopwatch';
import { composeServices } from './tiny';

const run = promisify(execFile);

/** What most teams do today: `docker compose build && push && pull && up -d`. */
export class ComposeSide {
  private constructor(
    private readonly command: string[],
    private readonly env: NodeJS.ProcessEnv,
    private readonly folder: string,
    /** Where the first service is reached. */
    readonly address: string,
  ) {}

  static async open(
    { parts }: Bench,
    { services, folder, project }: { services: string[]; folder: string; project: string },
  ): Promise<ComposeSide> {
    const address = `127.0.0.1:${await freePort()}`;
    const model = composeServices(services, parts.images.base.name);
    for (const [name, service] of Object.entries(model))
      Object.assign(service, { image: `${parts.registry.address}/${project}-compose/${name}:\${TAG}` });
    Object.assign(model[services[0]!]!, { ports: [`${address}:80`] });
    writeFileSync(join(folder, 'compose-alone.json'), JSON.stringify({ services: model }, undefined, 2));
    const env = { ...process.env, DOCKER_HOST: parts.engine.host };
    const command = [...parts.compose.command, '-p', `${project}-compose`, '-f', 'compose-alone.json'];
    const side = new ComposeSide(command, env, folder, address);
    parts.beforeStop(() => side.compose('none', 'down', '--volumes', '--rmi', 'local', '--timeout', '1'));
    return side;
  }

  async release(tag: string): Promise<Turn & { spent: Record<string, number> }> {
    const watch = new Stopwatch();
    for (const step of [['build'], ['push'], ['pull'], ['up', '-d']])
      await watch.time(step[0]!, () => this.compose(tag, ...step));
    return { ms: watch.read(), switchedMs: watch.read(), spent: watch.spent };
  }

  private async compose(tag: string, ...args: string[]): Promise<void> {
    const [program, ...first] = this.command;
    await run(program!, [...first, ...args], { cwd: this.folder, env: { ...this.env, TAG: tag } });
  }
}
