import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache';
import { environment, findProgram } from '../run/commands';
import { inOneLine } from './missing';

/** A program that is built from the Go module proxy, for tests of what only it can show. */
export interface GoProgram {
  /** What it is called, and its pinned version. */
  name: string;
  version: string;
  /** Of its main package, without the version. */
  module: string;
}

/** A small and real ACME server. */
export const PEBBLE: GoProgram = {
  name: 'pebble',
  version: '2.8.0',
  module: 'github.com/letsencrypt/pebble/v2/cmd/pebble',
};

/** The client of BuildKit; later versions have a go.mod with `replace`, which `go install` refuses. */
export const BUILDX: GoProgram = { name: 'buildx', version: '0.19.3', module: 'github.com/docker/buildx/cmd/buildx' };

/**
 * The program, built once with no libraries, so that it runs in an empty image; Go's own sums hold what is built. Where it
 * cannot be had, why. It waits, for tests are named before anything runs.
 */
export function findGoProgram({ name, version, module }: GoProgram): { program: string } | { missing: string } {
  const folder = join(cacheFolder(), `${name}-${version}`);
  const program = join(folder, name);
  if (existsSync(program)) return { program };
  if (!findProgram('go')) return { missing: `${name}: go is not on PATH to build ${module}` };
  const draft = mkdtempSync(`${folder}-`);
  const began = Date.now();
  try {
    const env = { ...environment(), GOBIN: draft, CGO_ENABLED: '0', GOFLAGS: '-mod=mod' };
    execFileSync('go', ['install', `${module}@v${version}`], {
      env,
      timeout: 900_000,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    if (!existsSync(program)) renameSync(draft, folder);
    const seconds = ((Date.now() - began) / 1_000).toFixed(1);
    process.stderr.write(`${name.padEnd(9)} ${version}, built from the Go module proxy  ${seconds} s\n`);
    return { program };
  } catch (error) {
    return { missing: `${name}: ${inOneLine(error)}` };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}
