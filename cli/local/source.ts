import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { withoutCredentials } from '../../src/model/text/address';
import type { Source } from '../../src/model/release';
import { UserError } from '../errors';
import { git, whyNoRepository } from './git';

export interface SourceOptions {
  source?: string;
  commit?: string;
}

/** Adds the options of commands that take a commit. */
export const withSource = (command: Command): Command =>
  command
    .option(
      '--source <url|path>',
      "where the worker fetches the commit; a path must exist for the worker too (default: the repository's origin)",
    )
    .option('--commit <sha>', 'the commit (default: HEAD)')
    .addOption(
      new Option('--image <service=image@sha256:…>', 'an already built image; repeatable, one per service')
        .argParser((image: string, before: string[]) => [...before, image])
        .default([], 'built by windlass'),
    );

export interface FoundSource {
  source: Source;
  /** What the user should know about it. */
  notes: string[];
}

const SHA = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/**
 * The commit to release: what the options say, else HEAD of the manifest's repository, from its
 * origin. If the manifest is in a subfolder, that folder is the project. An abbreviated commit id
 * is expanded by the local repository.
 */
export async function findSource(options: SourceOptions, manifest: string): Promise<FoundSource> {
  const project = dirname(resolve(manifest));
  const local = options.source && existsSync(options.source) ? resolve(options.source) : project;
  const isRemote = options.source !== undefined && !existsSync(options.source);
  // All git commands run at once, because a person waits.
  const [commit, origin, top = local, changes, ...folders] = await Promise.all([
    findCommit(options.commit, isRemote ? undefined : local, options.source),
    options.source ? undefined : git(local, 'remote', 'get-url', 'origin'),
    isRemote ? undefined : git(local, 'rev-parse', '--show-toplevel'),
    isRemote || options.commit ? undefined : git(local, 'status', '--porcelain', '--untracked-files=no'),
    git(local, 'rev-parse', '--show-prefix'),
    existsSync(project) ? git(project, 'rev-parse', '--show-prefix') : undefined,
  ]);
  const folder = folders.find((one) => one !== undefined)?.replace(/\/$/, '');
  const source = (url: string): Source => ({ url, commit, ...(folder && { folder }) });
  if (isRemote) return { source: source(withoutCredentials(options.source!)), notes: loginNotes(options.source!) };
  if (!options.source) await requireCommitted(manifest, commit);
  const notes = [
    ...(changes ? [describeChanges(changes)] : []),
    ...(await localNotes(local, commit, origin !== undefined)),
    ...(origin ? loginNotes(origin) : []),
  ];
  return { source: source(origin ? withoutCredentials(origin) : top), notes };
}

/** A release reads the commit, so an uncommitted manifest would fail later with an obscure message. */
async function requireCommitted(manifest: string, commit: string): Promise<void> {
  if (!existsSync(manifest)) return;
  const [folder, name] = [dirname(resolve(manifest)), basename(manifest)];
  const isKnown = await git(folder, 'rev-parse', '--verify', '--quiet', `${commit}^{commit}`);
  if (!isKnown || (await git(folder, 'ls-tree', '--name-only', commit, '--', name))) return;
  throw new UserError(
    `${manifest} is not in commit ${commit.slice(0, 10)}. A release reads the commit, not the folder.`,
    undefined,
    `Commit it: git add ${manifest} && git commit -m 'Release with windlass'`,
  );
}

/** The first few files of `git status --porcelain`, as a sentence. */
function describeChanges(status: string): string {
  const names = status.split('\n').map((line) => line.trim().replace(/^\S+\s+/, ''));
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  return `Not committed, so not in this release: ${names.slice(0, MOST_NAMED).join(', ')}${more}`;
}
const MOST_NAMED = 3;

/** A local Temporal means `windlass dev`, whose worker sees the same folders. */
const isHere = ({ TEMPORAL_ADDRESS: address, TEMPORAL_PROFILE: profile }: NodeJS.ProcessEnv) =>
  profile === undefined && /^(localhost|127\.|\[::1\])/.test(address || 'localhost');

async function findCommit(
  name: string | undefined,
  folder: string | undefined,
  source: string | undefined,
): Promise<string> {
  const known = folder && (await git(folder, 'rev-parse', '--verify', '--quiet', `${name ?? 'HEAD'}^{commit}`));
  if (known) return known;
  if (name && SHA.test(name)) return name;
  if (!folder && !name)
    throw new UserError(
      `--source ${source} is not a local folder, so its commit is unknown.`,
      undefined,
      'Give it: --commit SHA',
    );
  if (!folder) throw new UserError(`--commit: "${name}" is not a full commit id. Expected 40 hexadecimal digits.`);
  const where = `the repository in ${folder}`;
  if (name && !(await whyNoRepository(folder)))
    throw new UserError(
      `--commit: ${where} does not know "${name}".`,
      undefined,
      "Fetch it, or give the commit's full 40 digits.",
    );
  const why = await whyNoRepository(folder);
  if (why) throw new UserError(`Cannot read the repository in ${folder}. git says: ${why}`);
  throw new UserError(
    `${folder} is not a git repository with a commit.`,
    undefined,
    'Run it in your repository, or pass --source URL --commit SHA.',
  );
}

/** Warns about a path only this machine sees and about a commit that was not pushed. */
async function localNotes(folder: string, commit: string, fromOrigin: boolean): Promise<string[]> {
  if (!fromOrigin)
    return isHere(process.env)
      ? []
      : ['The source is a path on this machine: the worker must see it too, or use --source URL.'];
  if (await git(folder, 'branch', '--remotes', '--contains', commit)) return [];
  return [`Commit ${commit.slice(0, 10)} is on no known branch of origin. Push it, or the worker cannot fetch it.`];
}

/** A login in a URL would be readable in Temporal's history. The worker has its own. */
const loginNotes = (url: string): string[] =>
  withoutCredentials(url) === url ? [] : ["The login was removed from the source's URL; the worker uses its own."];
