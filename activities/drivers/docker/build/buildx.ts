import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-fs';
import { buildxEnvironment } from '../../programs/child-environment';
import { permanent } from '../../errors';
import { runProgram, startProgram } from '../../programs/program';
import type { BuildContext } from './context';
import type { BuildOptions, Watch } from '../engine';

/** Is the buildx client installed on this machine? */
export async function hasBuildx([program = 'docker', ...first]: string[]): Promise<boolean> {
  const ran = await runProgram(program, [...first, 'version'], { env: buildxEnvironment(), within: 30_000 });
  return ran.status === 0;
}

export interface Buildx {
  command: string[];
  dockerHost: string;
  service: string;
  flags: string[];
  env: Record<string, string>;
  strike(text: string): string;
}

const LIMITS = { memoryMb: 8_192, cpuSeconds: 1_800 };
/** The number of log lines kept with a build's failure. */
const LAST_LINES = 30;
/** `#7 0.123 ` before each line of a step: a secret that is split over lines is found without it. */
const STEP_AND_TIME = /^(#\d+ )?(\d+\.\d+ )?/;

/** Above and below the last lines of a failed step, which the client says again: some begin within a secret. */
const EXCERPT = '------';

/** Builds with the buildx client and returns the image's id; the image is then on the engine. */
export async function runBuildx(
  buildx: Buildx,
  context: BuildContext,
  options: BuildOptions,
  watch: Watch,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-build-'));
  const lastLines: string[] = [];
  let repeats = false;
  const say = (line: string) => {
    if (line === EXCERPT) repeats = !repeats;
    if (repeats || line === EXCERPT) return;
    const bare = line.replace(STEP_AND_TIME, '');
    lastLines.push(bare);
    if (lastLines.length > LAST_LINES) lastLines.shift();
    watch.onProgress?.(buildx.strike(bare));
  };
  try {
    const idFile = join(folder, 'id');
    const files = join(folder, 'context');
    // A streamed context contains the Dockerfile even if ignored; a context with a folder does not.
    await pipeline(context.tar(false), extract(files));
    const dockerfile = join(folder, 'Dockerfile');
    await writeFile(dockerfile, context.text ?? '');
    // It takes precedence over the context's .dockerignore, which has been applied already.
    await writeFile(`${dockerfile}.dockerignore`, '');
    const status = await run(buildx, [...words(options, idFile, dockerfile), ...buildx.flags, files], say, watch);
    if (status === 0) return (await readFile(idFile, 'utf8')).trim();
    const told = buildx.strike(lastLines.join('\n')).split('\n');
    const said = told.filter((line) => line.startsWith('ERROR')).at(-1) ?? `it ended with status ${status}`;
    const message = `build of ${buildx.service} by buildx: ${said}. ${wayOut(said)}`;
    throw permanent({ kind: 'build-failed', service: buildx.service, message, lastLines: told });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const wayOut = (said: string) =>
  said.includes('unsupported frontend capability')
    ? "The engine's BuildKit is too old for this: build on Docker 23 or later, or give the worker a builder (docker buildx create --use)"
    : 'Fix the Dockerfile or what it runs, commit, and release again';

function words(options: BuildOptions, idFile: string, dockerfile: string): string[] {
  const each = (name: string, map: Record<string, string>) =>
    Object.entries(map).map(([key, value]) => `--${name}=${key}=${value}`);
  return [
    'build',
    '--progress=plain',
    '--load',
    `--iidfile=${idFile}`,
    `--file=${dockerfile}`,
    ...each('build-arg', options.args),
    ...each('label', options.labels),
    ...(options.target ? [`--target=${options.target}`] : []),
    ...(options.platform ? [`--platform=${options.platform}`] : []),
    ...(options.networkMode ? [`--network=${options.networkMode}`] : []),
    ...(options.extraHosts ?? []).map((entry) => `--add-host=${entry}`),
  ];
}

async function run(
  { command, dockerHost, env }: Buildx,
  args: string[],
  say: (text: string) => void,
  { signal }: Watch,
): Promise<number> {
  const [program = 'docker', ...first] = command;
  const { child, ended } = startProgram(program, [...first, ...args], {
    env: { ...buildxEnvironment(), ...env, DOCKER_HOST: dockerHost },
    signal,
    limits: LIMITS,
  });
  // Line by line, because a secret split in two would not be redacted.
  for (const output of [child.stdout, child.stderr]) createInterface({ input: output }).on('line', say);
  child.stdin.end();
  return ended;
}
