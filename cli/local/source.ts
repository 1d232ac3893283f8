import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Source } from '../../src/model/release';
import { Told } from '../errors';
import { git } from './git';

export interface SourceOptions {
  source?: string;
  commit?: string;
}

/** Options of the commands that are about a commit. */
export const withSource = (command: Command): Command =>
  command
    .option(
      '--source <url|path>',
      "where the worker fetches the commit from; a path only where the worker sees it (default: the repository's origin)",
    )
    .option('--commit <sha>', 'the commit (default: HEAD)')
    .addOption(
      new Option('--image <service=image@sha256:…>', 'an image that is built already; once for each service')
        .argParser((image: string, before: string[]) => [...before, image])
        .default([], 'they are built'),
    );

export interface FoundSource {
  source: Source;
  /** What the sender should know about it. */
  notes: string[];
}

const SHA = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/**
 * The commit to release: what the options say, else HEAD of the repository that the manifest is in, from its origin.
 * A short name of a commit is made whole where a local repository knows it.
 */
export async function findSource(options: SourceOptions, manifest: string): Promise<FoundSource> {
  const local = options.source && existsSync(options.source) ? resolve(options.source) : dirname(resolve(manifest));
  const isRemote = options.source !== undefined && !existsSync(options.source);
  // Git is asked everything at once, for a person waits.
  const [commit, origin, top = local, changes] = await Promise.all([
    findCommit(options.commit, isRemote ? undefined : local, options.source),
    options.source ? undefined : git(local, 'config', '--get', 'remote.origin.url'),
    isRemote ? undefined : git(local, 'rev-parse', '--show-toplevel'),
    isRemote || options.commit ? undefined : git(local, 'status', '--porcelain', '--untracked-files=no'),
  ]);
  if (isRemote) return { source: { url: withoutLogin(options.source!), commit }, notes: loginNotes(options.source!) };
  const notes = [
    ...(changes ? ['There are changes that are not committed: they are not in this release.'] : []),
    ...(await localNotes(local, commit, origin !== undefined)),
    ...(origin ? loginNotes(origin) : []),
  ];
  return { source: { url: origin ? withoutLogin(origin) : top, commit }, notes };
}

async function findCommit(
  name: string | undefined,
  folder: string | undefined,
  source: string | undefined,
): Promise<string> {
  const known = folder && (await git(folder, 'rev-parse', '--verify', '--quiet', `${name ?? 'HEAD'}^{commit}`));
  if (known) return known;
  if (name && SHA.test(name)) return name;
  if (!folder && !name)
    throw new Told(
      `--source ${source} is not a folder here, so its commit is not known.`,
      undefined,
      'Say it: --commit SHA',
    );
  if (!folder) throw new Told(`--commit: "${name}" is not a full commit id. Expected 40 hexadecimal digits.`);
  const where = `the repository in ${folder}`;
  if (name)
    throw new Told(
      `--commit: ${where} does not know "${name}".`,
      undefined,
      'Fetch it, or give all 40 digits of the commit.',
    );
  throw new Told(
    `There is no git repository with a commit in ${folder}.`,
    undefined,
    'Run it in your repository, or say --source URL --commit SHA.',
  );
}

/** What may surprise: a path that only this machine sees, a commit that was not pushed. */
async function localNotes(folder: string, commit: string, fromOrigin: boolean): Promise<string[]> {
  if (!fromOrigin) return ['The source is a path of this machine: it works only where the worker sees it too.'];
  if (await git(folder, 'branch', '--remotes', '--contains', commit)) return [];
  return [
    `Commit ${commit.slice(0, 10)} is on no branch of origin that is known here: push it, or the worker cannot fetch it.`,
  ];
}

/** A login in a URL would be in Temporal's history for all to read; the worker has its own. */
function withoutLogin(url: string): string {
  const parsed = /^https?:/.test(url) && URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !(parsed.username || parsed.password)) return url;
  parsed.username = '';
  parsed.password = '';
  return parsed.href;
}

const loginNotes = (url: string): string[] =>
  withoutLogin(url) === url ? [] : ["The login in the source's URL is left out: the worker fetches with its own."];
