import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cleanUp } from '../../clean-up';
import { Windlass, workerVariables } from '../../windlass';
import type { Bench } from './bench';

/** An installation of windlass for what a measurement makes up: a worker, and folders of applications. */
export class Installation {
  private constructor(
    readonly name: string,
    readonly dir: string,
    private readonly variables: Record<string, string>,
    readonly worker: Windlass,
    /** Ends the worker, and removes what it made. */
    readonly close: () => Promise<void>,
  ) {}

  /** `http` is where its proxy listens. */
  static async open(
    { parts, print }: Bench,
    { http, variables = {} }: { http: string; variables?: Record<string, string> },
  ): Promise<Installation> {
    const name = `windlass-${randomBytes(3).toString('hex')}`;
    const dir = join(parts.dir, name);
    const { registry, engine } = parts;
    const all = { ...workerVariables(parts, { installation: name, dir, http }), ...variables };
    mkdirSync(dir);
    const worker = new Windlass(all, dir, join(dir, 'worker.log'), print);
    const close = async () => {
      await worker.stop();
      await cleanUp(engine.host, name, [`${registry.address}/${name}`]);
    };
    parts.beforeStop(close);
    await worker.startWorker();
    return new Installation(name, dir, all, worker, close);
  }

  /** The program, in the folder of an application. */
  commandsIn(folder: string): Windlass {
    return new Windlass(this.variables, folder, join(this.dir, 'commands.log'), () => undefined);
  }
}
