import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type Link, linksOut } from '../../../src/model/text/links';
import { GitFailure } from './errors';

const TOLD = 5;

/** Refuses symbolic links that leave the checkout, because they would read this machine's files. */
export async function refuseLinksOut(folder: string): Promise<void> {
  const out = linksOut(await listLinks(folder, ''));
  if (out.length === 0) return;
  const named = out.slice(0, TOLD).map(({ path, target }) => `${path} -> ${target}`);
  const more = out.length > TOLD ? ` and ${out.length - TOLD} more` : '';
  const message = `the commit has symbolic links that leave it: ${named.join(', ')}${more}. Link to files in the commit, or commit the files themselves`;
  throw new GitFailure({ kind: 'bad-link', message }, false);
}

async function listLinks(folder: string, below: string): Promise<Link[]> {
  const links: Link[] = [];
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const path = below ? `${below}/${entry.name}` : entry.name;
    if (entry.isSymbolicLink()) links.push({ path, target: await readlink(join(folder, path)) });
    else if (entry.isDirectory()) links.push(...(await listLinks(folder, path)));
  }
  return links;
}
