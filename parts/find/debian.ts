import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, keep } from './cache';
import { findProgram, run } from '../run/commands';
import { withLock } from '../run/lock';

const POLICY = '/usr/sbin/policy-rc.d';

/** Why Debian's packages cannot be installed here; undefined when they can. */
export function whyNoPackages(): string | undefined {
  if (!findProgram('apt-get')) return 'apt-get: this is not Debian or Ubuntu';
  if (process.getuid?.() !== 0) return 'apt-get: only root may install packages';
  return undefined;
}

/**
 * Installs Debian packages, without starting the services that they bring.
 * Throws an Error with apt's last lines, or with the reason that this machine has no packages.
 */
export async function installPackages(...packages: string[]): Promise<void> {
  const why = whyNoPackages();
  if (why) throw new Error(why);
  await withLock(join(cacheFolder(), 'apt.lock'), async () => {
    const allowServices = forbidServices();
    try {
      await install(packages);
    } catch {
      // The usual reason is that the lists of packages are old, or that there are none yet.
      await run('apt-get', ['update', '-q', ...PATIENT], { env: QUIET });
      await install(packages);
    } finally {
      allowServices();
    }
  });
}

/**
 * The path of a program out of a Debian package that is not installed but only unpacked into the cache: so it brings no
 * service, replaces nothing, and no one need be root. apt checks the package by the distribution's signed list.
 */
export async function unpackProgram(packageName: string, program: string): Promise<{ path: string; cached: boolean }> {
  if (!findProgram('apt-get')) throw new Error('apt-get: this is not Debian or Ubuntu');
  const { folder, cached } = await keep(`debian-${packageName}`, async (draft) => {
    const download = () => run('apt-get', ['download', '-q', packageName], { cwd: draft, env: QUIET });
    await download().catch(async () => {
      await run('apt-get', ['update', '-q', ...PATIENT], { env: QUIET });
      await download();
    });
    const file = join(draft, readdirSync(draft)[0]!);
    await run('dpkg-deb', ['--extract', file, draft]);
    rmSync(file);
  });
  const path = ['usr/bin', 'bin', 'usr/lib/cni']
    .map((place) => join(folder, place, program))
    .find((place) => existsSync(place));
  if (!path) throw new Error(`${packageName} has no program ${program}`);
  return { path, cached };
}

const QUIET = { DEBIAN_FRONTEND: 'noninteractive' };
/** Another apt may be at work. */
const PATIENT = ['-o', 'DPkg::Lock::Timeout=120', '-o', 'APT::Update::Error-Mode=any'];

const install = (packages: string[]) =>
  run('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...PATIENT, ...packages], { env: QUIET });

/** Debian asks this script before a package starts its service; an existing one is somebody's decision. */
function forbidServices(): () => void {
  const script = '#!/bin/sh\n# windlass: the packages that it installs are not to start their services\nexit 101\n';
  if (left() === script) rmSync(POLICY);
  try {
    writeFileSync(POLICY, script, { flag: 'wx', mode: 0o755 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return () => undefined;
    throw error;
  }
  return () => rmSync(POLICY, { force: true });
}

/** What an earlier run that was killed may have left. */
function left(): string | undefined {
  try {
    return readFileSync(POLICY, 'utf8');
  } catch {
    return undefined;
  }
}
