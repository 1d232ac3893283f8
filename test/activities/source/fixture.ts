import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ReadingSettings } from '../../../activities/source/read-manifest';
import { parts } from '../../setup/parts';
import { temporaryFolder } from '../../setup/temporary';

/** What a worker is set to in these tests. */
export const settings = (): ReadingSettings => ({
  installation: 'windlass',
  registry: 'registry.example.com',
  composeCommand: parts().compose.command,
  buildxCommand: ['no-such-program'],
});

/** A folder with these files, removed after the tests of the file. */
export function folderWith(files: Record<string, string>): string {
  const dir = temporaryFolder();
  addFiles(dir, files);
  return dir;
}

export function addFiles(dir: string, files: Record<string, string>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), text);
  }
}

export function git(dir: string, ...args: string[]): string {
  const identity = [
    '-c',
    'user.name=Dev',
    '-c',
    'user.email=dev@example.com',
    '-c',
    'commit.gpgsign=false',
    '-c',
    'init.defaultBranch=main',
  ];
  return execFileSync('git', ['-C', dir, ...identity, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

/** Makes a repository of a folder; returns the commit. */
export function commitAll(dir: string, subject = 'All of it'): string {
  git(dir, 'init', '--quiet');
  git(dir, 'add', '--all');
  git(dir, 'commit', '--quiet', '--message', subject);
  return git(dir, 'rev-parse', 'HEAD');
}

/** A manifest of one environment whose routed service is `web`. */
export const MANIFEST = `app: shop
environments:
  staging:
    hosts: [local]
    secrets: { TOKEN: { env: SHOP_TOKEN } }
    routes: [{ service: web, host: shop.example.com, port: 80 }]
`;
