import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { permanent } from '../errors';
import { runProgram, startProgram } from '../program';
import type { BuildOptions, Watch } from './engine';

/** Has this machine the buildx client? */
export async function hasBuildx([program = 'docker', ...first]: string[]): Promise<boolean> {
  const ran = await runProgram(program, [...first, 'version'], { env: environment(), within: 30_000 });
  return ran.status === 0;
}

/** How buildx is run for one build. */
export interface Buildx {
  command: string[];
  /** The engine that builds. */
  dockerHost: string;
  service: string;
  /** Besides those that follow from the options of every build. */
  flags: string[];
  /** The values of secrets, which stand nowhere else. */
  env: Record<string, string>;
  /** Strikes secrets out of a line. */
  strike(line: string): string;
}

/** As many lines of a build's log go with its failure. */
const LAST_LINES = 30;

/** Builds from a tar stream by the buildx client; the id of the image, which is on the engine then. */
export async function runBuildx(
  buildx: Buildx,
  context: Readable,
  options: BuildOptions,
  watch: Watch,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-build-'));
  const lastLines: string[] = [];
  const say = (line: string) => {
    const told = buildx.strike(line);
    lastLines.push(told);
    if (lastLines.length > LAST_LINES) lastLines.shift();
    watch.onProgress?.(told);
  };
  try {
    const idFile = join(folder, 'id');
    const status = await run(buildx, [...words(options, idFile), ...buildx.flags, '-'], context, say, watch);
    if (status === 0) return (await readFile(idFile, 'utf8')).trim();
    const said = lastLines.filter((line) => line.startsWith('ERROR')).at(-1) ?? `it ended with status ${status}`;
    const message = `build of ${buildx.service} by buildx: ${said}. ${wayOut(said)}`;
    throw permanent({ kind: 'build-failed', service: buildx.service, message, lastLines });
  } finally {
    context.destroy();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A frontend of the engine's own BuildKit that does not know what is asked of it; buildx can have another builder. */
const wayOut = (said: string) =>
  said.includes('unsupported frontend capability')
    ? 'The BuildKit of the engine is too old for that: build on Docker 23 or later, or give the worker a builder (docker buildx create --use)'
    : 'Mend the Dockerfile or what it runs, commit, and release again';

function words(options: BuildOptions, idFile: string): string[] {
  const each = (name: string, map: Record<string, string>) =>
    Object.entries(map).map(([key, value]) => `--${name}=${key}=${value}`);
  return [
    'build',
    '--progress=plain',
    '--load',
    `--iidfile=${idFile}`,
    `--file=${options.dockerfile}`,
    ...each('build-arg', options.args),
    ...each('label', options.labels),
    ...(options.target ? [`--target=${options.target}`] : []),
    ...(options.platform ? [`--platform=${options.platform}`] : []),
    ...(options.networkMode ? [`--network=${options.networkMode}`] : []),
    ...(options.extraHosts ?? []).map((entry) => `--add-host=${entry}`),
  ];
}

/** As much of the worker's environment as docker needs: where it finds its plugins, its logins and an agent for keys. */
function environment(): Record<string, string | undefined> {
  const { PATH, HOME, DOCKER_CONFIG, SSH_AUTH_SOCK, HTTP_PROXY, HTTPS_PROXY, NO_PROXY } = process.env;
  return { PATH, HOME, DOCKER_CONFIG, SSH_AUTH_SOCK, HTTP_PROXY, HTTPS_PROXY, NO_PROXY };
}

async function run(
  { command, dockerHost, env }: Buildx,
  args: string[],
  context: Readable,
  say: (text: string) => void,
  { signal }: Watch,
): Promise<number> {
  const [program = 'docker', ...first] = command;
  const { child, ended, stop } = startProgram(program, [...first, ...args], {
    env: { ...environment(), ...env, DOCKER_HOST: dockerHost },
    signal,
  });
  // Line by line: a secret that comes in two halves would not be struck out.
  for (const output of [child.stdout, child.stderr]) createInterface({ input: output }).on('line', say);
  context.once('error', stop).pipe(child.stdin);
  return ended;
}
