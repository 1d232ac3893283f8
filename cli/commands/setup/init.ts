import type { Command } from 'commander';
import { existsSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Proposal } from '../../../activities/source/propose';
import { describeProblem } from '../../../src/model/text/problem';
import { confirm } from '../../confirm';
import { type CommandResult, type CommonOptions, action, examples } from '../../deliver';
import { UserError } from '../../errors';
import { fixFiles } from '../../local/fix';
import { settingsHere } from '../../local/settings-here';
import { who } from '../../local/who';
import { note } from '../../print/terminal/output';
import { MANIFEST } from '../../project';

interface Options extends CommonOptions {
  app?: string;
  registry?: string;
  approver?: string;
  project?: string;
  yes?: boolean;
  file?: string[];
  fix?: boolean;
}

export function define(command: Command): void {
  command
    .option('--app <name>', "the application's name (default: the folder's)")
    .option('--registry <address>', "the registry for images and records (default: the worker's)")
    .option('--approver <who>', 'who may approve (default: you)')
    .option('--project <name>', 'the compose project running in production today, as `docker compose ls` names it')
    .option('-f, --file <path...>', 'the compose files, in merge order (default: those docker compose finds)')
    .option('--fix', 'first rewrite what no release accepts in a compose file: literal secrets, volumes without a name')
    .option('--yes', 'do not ask before writing')
    .addHelpText(
      'after',
      examples('windlass init', 'windlass init --yes --registry registry.example.com/team') +
        `\n\nReads the compose file in this folder, or the nearest one above it in the repository. Never overwrites an existing ${MANIFEST}.`,
    );
  action(command, init);
}

async function init({ app, registry, approver, project, file: files, fix, yes }: Options): Promise<CommandResult> {
  const { findComposeFolder, proposeManifest } = await import('../../../activities/source/propose');
  const dir = files ? process.cwd() : findComposeFolder(process.cwd());
  const path = join(relative('', dir), MANIFEST);
  if (existsSync(path))
    throw new UserError(`${path}: already exists and was not changed.`, undefined, 'For its keys: windlass docs');
  if (fix) note(...(await fixFiles(dir, yes === true, files)));
  const wanted = { app, registry, project, files, approver: approver ?? (await who({})) };
  const proposed = await proposeManifest(dir, await settingsHere(), wanted);
  if (!('text' in proposed)) throw new UserError(proposed.problems.map(describeProblem).join('\n'));
  const { text } = proposed;
  if (!yes) {
    note(text.trimEnd());
    if (!(await confirm(`Write this to ${path}?`, 'To write it without a question: windlass init --yes')))
      throw new UserError('Nothing was written.');
  }
  writeFileSync(path, text, { flag: 'wx' });
  return { json: { file: path, ...proposed }, lines: initLines(path, proposed) };
}

/** What was written, what was decided, and what is to be done next. */
export const initLines = (path: string, { decided, problems, warnings }: Proposal): string[] => [
  `Wrote ${path}.`,
  ...decided.map((line) => `  ${line}`),
  ...(problems.length > 0
    ? ['Fix before the first release:', ...problems.map((one) => `  ${describeProblem(one)}`)]
    : []),
  ...(warnings.length > 0 ? [`Warnings (${warnings.length}): windlass check --offline`] : []),
  problems.length > 0 ? 'Then: windlass check --offline' : `Next: git add ${path} && git commit, then windlass release`,
];
