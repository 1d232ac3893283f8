import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ask } from '../../../lab/traffic/client';
import { connectEngine } from '../../../activities/drivers/docker/connect';
import { cleanUp } from '../../../lab/clean-up';
import { root, Shop } from '../../../lab/shop';
import { type Ended, Windlass } from '../../../lab/windlass';
import { freePort } from '../../../parts/run/ports';
import { parts } from '../../setup/parts';
import { said, until } from '../test-bed';

/** A stranger with an application of their own, docker on the machine, and the program: `windlass dev` is all that is started. */
export class Newcomer {
  private readonly dir = mkdtempSync(join(tmpdir(), 'windlass newcomer '));
  readonly app = `notes${randomBytes(2).toString('hex')}`;
  private readonly installation = `windlass-${randomBytes(3).toString('hex')}`;
  /** Where the worker's env files are, in place of `/etc`. */
  readonly etc = join(this.dir, 'etc');
  readonly repository = Shop.start(join(this.dir, this.app));
  private dev?: ChildProcess;
  private devSaid = '';

  private constructor(
    readonly port: number,
    private readonly variables: Record<string, string>,
    private readonly program: string,
  ) {}

  static async arrive(program: string): Promise<Newcomer> {
    const { engine, images } = parts();
    const port = await freePort();
    const variables: Record<string, string> = {
      DOCKER_HOST: engine.host,
      WINDLASS_PROXY_IMAGE: images.proxy.name,
      WINDLASS_PROXY_HTTP: `127.0.0.1:${port}`,
    };
    const newcomer = new Newcomer(port, variables, program);
    Object.assign(variables, {
      WINDLASS_INSTALLATION: newcomer.installation,
      WINDLASS_CACHE: join(newcomer.dir, 'cache'),
      XDG_DATA_HOME: join(newcomer.dir, 'data'),
      TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}`,
    });
    cpSync(join(__dirname, 'notes'), newcomer.repository.dir, { recursive: true });
    // The client of PostgreSQL is the example's.
    cpSync(join(root(), 'examples/guestbook/app/postgres.js'), join(newcomer.repository.dir, 'api/postgres.js'));
    renameSync(join(newcomer.repository.dir, 'gitignore'), join(newcomer.repository.dir, '.gitignore'));
    const hub = `${parts().registry.address}/${newcomer.installation}`;
    await pushDatabase(hub);
    newcomer.repository.write('.env', ENV(hub));
    newcomer.repository.commit('Notes');
    return newcomer;
  }

  /** The command as it is typed, in the repository or a folder of it. */
  async types(line: string, folder = ''): Promise<{ status: number | null; said: string }> {
    const windlass = this.windlassIn(folder);
    const ended: Ended = await windlass.run(...line.split(' '));
    return { status: ended.status, said: said(ended) };
  }

  /** The command with its output in a pipe, as a shell has it; what is said to the terminal. */
  async pipes(line: string, into: string): Promise<string> {
    const command = `"$0" "$1" ${line} | ${into}`;
    const env = { ...process.env, ...this.variables };
    const { stdout, stderr } = await promisify(execFile)('sh', ['-c', command, process.execPath, this.program], {
      cwd: this.repository.dir,
      env,
    });
    return stdout + stderr;
  }

  /** Types a command, which ends with this status and says these words; what it said. */
  async says(line: string, status: number, ...words: (string | RegExp)[]): Promise<string> {
    const ended = await this.types(line);
    expect({ status: ended.status, said: ended.status === status ? '' : ended.said }).toEqual({ status, said: '' });
    for (const word of words) expect(ended.said).toMatch(word);
    return ended.said;
  }

  /** What they change in the manifest that `init` wrote: where env files are, and a soak that they can wait for. */
  editsManifest(): void {
    this.repository.edit('windlass.yaml', /\/etc\/[^/]*\//g, `${this.etc}/`);
    this.repository.edit('windlass.yaml', /soak: 10s/g, 'soak: 1s');
  }

  /** Puts their `.env` where the worker looks for it. */
  givesEnvFiles(): void {
    mkdirSync(this.etc);
    for (const environment of ['staging', 'production'])
      writeFileSync(join(this.etc, `${environment}.env`), readFileSync(join(this.repository.dir, '.env')));
  }

  /** To production without a mistake. */
  async settles(): Promise<void> {
    await this.says(`init --yes --app ${this.app}`, 0);
    this.editsManifest();
    this.repository.commit('Release with windlass');
    this.givesEnvFiles();
    await this.startsDev();
    await this.says('release --until awaiting-approval', 0);
    await this.says('approve --yes', 0);
    await this.says('release', 0);
  }

  private windlassIn(folder: string): Windlass {
    const windlass = new Windlass(
      this.variables,
      join(this.repository.dir, folder),
      join(this.dir, 'log'),
      () => undefined,
    );
    windlass.program = this.program;
    return windlass;
  }

  /** `windlass dev` in another terminal, until it says that it is ready. */
  async startsDev(more: Record<string, string> = {}): Promise<string> {
    const { TEMPORAL_ADDRESS: _, ...variables } = this.variables;
    const { CI: __, ...others } = process.env;
    const env = { ...others, ...variables, ...more };
    this.dev = spawn(process.execPath, [this.program, 'dev'], { env, cwd: this.repository.dir });
    for (const stream of [this.dev.stdout!, this.dev.stderr!])
      stream.on('data', (text: Buffer) => (this.devSaid += text.toString()));
    await until(() => Promise.resolve(this.devSaid.includes('Ctrl-C stops it')));
    this.variables['TEMPORAL_ADDRESS'] = /Temporal at (\S+)/.exec(this.devSaid)![1]!;
    return this.devSaid;
  }

  /** What people see at an address of the application. */
  async opens(environment: string): Promise<string> {
    const host = environment === 'production' ? `${this.app}.localhost` : `${environment}.${this.app}.localhost`;
    return ask({ address: `127.0.0.1:${this.port}`, host });
  }

  async leaves(): Promise<void> {
    const { dev } = this;
    if (dev?.exitCode === null) {
      const ended = new Promise((resolve) => dev.once('exit', resolve));
      dev.kill('SIGINT');
      await ended;
    }
    const { engine, registry } = parts();
    await cleanUp(engine.host, this.installation, [`${registry.address}/${this.app}`]);
    rmSync(this.dir, { recursive: true, force: true });
  }
}

const ENV = (hub: string) => `HUB=${hub}
NODE_IMAGE=${parts().node.name}
DB_PASSWORD=${randomBytes(8).toString('hex')}
DB_USER=guestbook
GREETING="hi there"
`;

/** The ready-made image that compose and windlass pull. */
async function pushDatabase(hub: string): Promise<void> {
  const { engine: at, postgres } = parts();
  const engine = connectEngine({ name: 'test', address: at.host }, { dockerHost: at.host });
  await engine.tagImage((await engine.imageId(postgres.name))!, `${hub}/postgres`, '15');
  await engine.pushImage(`${hub}/postgres`, '15', undefined);
}
