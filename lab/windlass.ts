import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pc from 'picocolors';
import { forWorker } from '../parts/find/compose';
import { shortHash } from '../src/model/approval/plan-hash';
import type { ReleaseProgress } from '../src/model/environment/progress';
import { root } from './shop';

/** The parts that a worker uses. */
export interface WorkerParts {
  temporal: { address: string };
  engine: { host: string };
  registry: { address: string };
  compose: { command: string[] };
  images: { proxy: { name: string } };
  /** The other proxy, where one was wanted. */
  nginx?: { name: string };
}

/** The proxies that there are parts for. */
export type ProxyPart = 'traefik' | 'nginx';

/** The image of a proxy. Throws where it was not wanted. */
export function proxyImage({ images, nginx }: Pick<WorkerParts, 'images' | 'nginx'>, kind: ProxyPart): string {
  const image = kind === 'traefik' ? images.proxy : nginx;
  if (!image) throw new Error(`${kind}: want its part, too`);
  return image.name;
}

/** How a command ended, and what it printed. */
export interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** What a worker is started with to use parts; `http` is where its proxy listens, `dir` is for what it keeps. */
export const workerVariables = (
  { temporal, registry, engine, compose, ...parts }: WorkerParts,
  {
    installation,
    dir,
    http,
    proxy = 'traefik',
  }: { installation: string; dir: string; http: string; proxy?: ProxyPart },
): Record<string, string> => ({
  TEMPORAL_ADDRESS: temporal.address,
  WINDLASS_INSTALLATION: installation,
  WINDLASS_REGISTRY: registry.address,
  WINDLASS_PROXY: proxy,
  WINDLASS_PROXY_IMAGE: proxyImage(parts, proxy),
  WINDLASS_PROXY_HTTP: http,
  WINDLASS_COMPOSE: forWorker(compose),
  WINDLASS_CACHE: join(dir, 'worker'),
  WINDLASS_DATA: join(dir, 'data'),
  DOCKER_HOST: engine.host,
});

/** Runs windlass as a person would: the program itself, in the folder of the repository, with its environment. */
export class Windlass {
  private worker?: ChildProcess;
  /** Commands that have not ended. */
  private readonly running = new Set<ChildProcess>();
  /** Everything that commands have printed. */
  readonly printed: string[] = [];
  program = join(root(), 'dist/cli/windlass.js');

  constructor(
    private readonly variables: Record<string, string>,
    readonly folder: string,
    readonly log: string,
    private readonly print: (line: string) => void,
  ) {}

  /** Shows the command and what it prints, live. Throws when it ends with another status than expected. */
  async show(args: string[], expected = 0): Promise<void> {
    this.print(`\n${pc.cyan('$')} windlass ${args.map(quote).join(' ')}`);
    const child = spawn(process.execPath, [this.program, ...args], {
      cwd: this.folder,
      env: this.env(),
      stdio: 'inherit',
    });
    const status = await this.ended(child);
    if (status !== expected) throw new Error(`windlass ${args[0]} ended with ${status}, expected ${expected}`);
  }

  /** Runs the command to its end, silently. */
  async run(...args: string[]): Promise<Ended> {
    const child = spawn(process.execPath, [this.program, ...args], { cwd: this.folder, env: this.env() });
    const ended: Ended = { status: null, stdout: '', stderr: '' };
    child.stdout.on('data', (text) => (ended.stdout += text));
    child.stderr.on('data', (text) => (ended.stderr += text));
    ended.status = await this.ended(child);
    this.printed.push(ended.stdout, ended.stderr);
    return ended;
  }

  private async ended(command: ChildProcess): Promise<number | null> {
    this.running.add(command);
    const status = await new Promise<number | null>((resolve) => command.on('close', resolve));
    this.running.delete(command);
    return status;
  }

  /** What the command says with `--json`. */
  async read<T>(...args: string[]): Promise<T> {
    const { stdout, stderr } = await this.run(...args, '--json');
    try {
      return JSON.parse(stdout) as T;
    } catch {
      throw new Error(`windlass ${args.join(' ')} --json printed no JSON:\n${stdout}${stderr}`);
    }
  }

  /** How the release of a commit stands, or ended. */
  async progress(commit: string): Promise<ReleaseProgress> {
    return await this.read<ReleaseProgress>('status', commit.slice(0, 10));
  }

  /** The command shown to approvers. */
  async approval(commit: string): Promise<string[]> {
    const { release, waitingFor } = await this.progress(commit);
    if (waitingFor?.kind !== 'approval') throw new Error(`release ${release} does not wait for an approval`);
    return ['approve', release, waitingFor.environment, '--plan', shortHash(waitingFor.plan)];
  }

  /** Starts a worker and waits until it says that it is ready; what it prints goes to its log. */
  async startWorker(): Promise<void> {
    const began = Date.now();
    const output = openSync(this.log, 'a');
    const before = readFileSync(this.log, 'utf8').length;
    const said = () => readFileSync(this.log, 'utf8').slice(before);
    const worker = spawn(process.execPath, [this.program, 'worker'], {
      env: this.env(),
      stdio: ['ignore', output, output],
      detached: true,
    });
    closeSync(output);
    this.worker = worker;
    while (!said().includes('worker ready')) {
      if (worker.exitCode !== null || Date.now() - began > 90_000)
        throw new Error(`the worker did not start:\n${said()}`);
      await sleep(50);
    }
    this.print(`worker    ready, log ${this.log}  ${((Date.now() - began) / 1_000).toFixed(1)} s`);
  }

  get workerPid(): number | undefined {
    return this.worker?.pid;
  }

  /** Ends the worker: by SIGTERM, or as a crash would. */
  async stopWorker(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const { worker } = this;
    if (!worker || worker.exitCode !== null || worker.signalCode !== null) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.kill(signal);
    await ended;
  }

  /** SIGSTOP: like a machine that sleeps; SIGCONT: it wakes up. */
  signalWorker(signal: NodeJS.Signals): void {
    this.worker?.kill(signal);
  }

  /** Ends the worker, and the commands that have not ended. */
  async stop(): Promise<void> {
    for (const command of this.running) command.kill();
    await this.stopWorker();
  }

  /** What a person types to look at this installation from another terminal. */
  forShell(): string {
    const own = ['TEMPORAL_ADDRESS', 'WINDLASS_INSTALLATION'].map((name) => `${name}=${this.variables[name]}`);
    return `cd ${quote(this.folder)} && ${own.join(' ')} node ${quote(this.program)} status`;
  }

  /** Where CI=true a release is followed only until it waits; here each command says itself how far. */
  private env(): NodeJS.ProcessEnv {
    const { CI: _, ...others } = process.env;
    return { ...others, ...this.variables };
  }
}

const quote = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`);
