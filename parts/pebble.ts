import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache';
import { environment, findProgram } from './commands';
import { inOneLine } from './missing';

const VERSION = '2.8.0';
const MODULE = `github.com/letsencrypt/pebble/v2/cmd/pebble@v${VERSION}`;

/**
 * Pebble, a small and real ACME server: built once from the Go module proxy, with no libraries, so that it runs in an
 * empty image. Where it cannot be had, why. It waits, for tests are named before anything runs.
 */
export function findPebble(): { program: string } | { missing: string } {
  const folder = join(cacheFolder(), `pebble-${VERSION}`);
  const program = join(folder, 'pebble');
  if (existsSync(program)) return { program };
  if (!findProgram('go')) return { missing: `acme: there is no go on PATH to build ${MODULE}` };
  const draft = mkdtempSync(`${folder}-`);
  try {
    const env = { ...environment(), GOBIN: draft, CGO_ENABLED: '0' };
    execFileSync('go', ['install', MODULE], { env, timeout: 300_000, stdio: ['ignore', 'ignore', 'pipe'] });
    if (!existsSync(program)) renameSync(draft, folder);
    return { program };
  } catch (error) {
    return { missing: `acme: ${inOneLine(error)}` };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}
