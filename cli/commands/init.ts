import type { Command } from 'commander';
import { existsSync, writeFileSync } from 'node:fs';
import { readSettings } from '../../activities/settings';
import { describeProblem } from '../../src/model/problem';
import { confirm } from '../confirm';
import { type Answer, type CommonOptions, does, examples } from '../deliver';
import { Told } from '../errors';
import { who } from '../local/who';
import { note } from '../print/output';
import { MANIFEST } from '../project';

interface Options extends CommonOptions {
  app?: string;
  registry?: string;
  approver?: string;
  project?: string;
  yes?: boolean;
}

export function define(command: Command): void {
  command
    .option('--app <name>', 'the name of the application (default: that of the folder)')
    .option('--registry <address>', 'where images and records are kept (default: what the worker is set to)')
    .option('--approver <who>', 'who may approve (default: you)')
    .option('--project <name>', 'the compose project that runs in production today, as `docker compose ls` calls it')
    .option('--yes', 'write it without asking')
    .addHelpText(
      'after',
      examples('windlass init', 'windlass init --yes --registry registry.example.com/team') +
        `\n\nIt reads the compose file of this folder, and never writes over a ${MANIFEST} that is there.`,
    );
  does(command, init);
}

async function init({ app, registry, approver, project, yes }: Options): Promise<Answer> {
  if (existsSync(MANIFEST))
    throw new Told(`${MANIFEST}: is there already, and is left as it is.`, undefined, 'What it may say: windlass docs');
  const { proposeManifest } = await import('../../activities/source/propose');
  const proposal = { app, registry, project, approver: approver ?? (await who({})) };
  const proposed = await proposeManifest(process.cwd(), readSettings(process.env).composeCommand, proposal);
  if ('problems' in proposed) throw new Told(proposed.problems.map(describeProblem).join('\n'));
  const { text, undecided } = proposed;
  if (!yes) {
    note(text.trimEnd());
    if (!(await confirm(`Write this to ${MANIFEST}?`, 'Write it without being asked: windlass init --yes')))
      throw new Told('Nothing was written.');
  }
  writeFileSync(MANIFEST, text, { flag: 'wx' });
  return { json: { file: MANIFEST, text, undecided }, lines: initLines(undecided) };
}

const initLines = (undecided: string[]): string[] => [
  `${MANIFEST} is written.`,
  ...(undecided.length > 0 ? ['To look at:', ...undecided.map((line) => `  ${line}`)] : []),
  'Next: windlass check --offline',
];
