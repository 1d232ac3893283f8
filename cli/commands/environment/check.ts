import type { Command } from 'commander';
import { basename, dirname, resolve } from 'node:path';
import type { CheckReport, HostCheck, HostFinding, HostQuestion } from '../../../src/model/inspection';
import { describeProblem } from '../../../src/model/text/problem';
import { releaseName, type ReleaseRequest } from '../../../src/model/release';
import { type CommandResult, action, examples } from '../../deliver';
import { UserError } from '../../errors';
import { EXIT } from '../../exit';
import { fixFiles } from '../../local/fix';
import { fingerprintOf, parseImages } from '../../local/images';
import { settingsHere } from '../../local/settings-here';
import { findSource, withSource } from '../../local/source';
import { who } from '../../local/who';
import { note } from '../../print/terminal/output';
import { table } from '../../print/terminal/table';
import { MANIFEST, type ProjectOptions, readProject, withProject } from '../../project';
import { wordsFor } from '../../../src/model/host/target-words';

interface Options extends ProjectOptions {
  offline?: boolean;
  fix?: boolean;
  yes?: boolean;
  source?: string;
  commit?: string;
  image: string[];
}

export function define(command: Command): void {
  withSource(withProject(command))
    .option(
      '--offline',
      "check the files on disk by the worker's rules and WINDLASS_POLICY, without Temporal or the hosts",
    )
    .option('--fix', 'first rewrite what no release accepts: literal secrets, volumes without a name')
    .option('--yes', 'do not ask before rewriting')
    .addHelpText(
      'after',
      examples('windlass check --offline', 'windlass check --commit 3f2a91c') +
        '\n\nWithout --offline the worker fetches and reads the commit, looks up the images that are not built, and inspects\nevery host: connection, engine, disk, clock, access to the registry, ports, proxy, and what docker compose\nruns there. Exit status 2 for any problem.',
    );
  action(command, check);
}

async function check(options: Options): Promise<CommandResult> {
  if (options.fix) note(...(await fixFiles(dirname(resolve(options.file)), options.yes === true)));
  const report = options.offline ? await readHere(options.file) : await haveRead(options);
  const isFine = report.problems.length === 0 && report.hosts.every(({ ok }) => ok);
  return { json: report, lines: checkLines(report), exit: isFine ? EXIT.done : EXIT.input };
}

/** Uses the function with which the worker reads a commit. */
async function readHere(file: string): Promise<CheckReport> {
  if (basename(file) !== MANIFEST)
    throw new UserError(`--file ${file}: a release reads ${MANIFEST}. Expected a file of that name.`);
  const { readWorkingFolder } = await import('../../../activities/source/read-manifest');
  const { problemsByPolicy } = await import('../../../activities/policy/allowed');
  const { draft, problems, warnings } = await readWorkingFolder(dirname(resolve(file)), await settingsHere());
  return { problems: draft ? await problemsByPolicy(draft) : problems, warnings, hosts: [] };
}

async function haveRead(options: Options): Promise<CheckReport> {
  const { app } = await readProject(options);
  const { source, notes } = await findSource(options, options.file);
  if (notes.length > 0) note(...notes);
  const images = parseImages(options.image);
  const release = releaseName(source.commit, fingerprintOf(images));
  const request: ReleaseRequest = { app, release, source, images, startedBy: await who(options) };
  const { withTemporal } = await import('../../client');
  const { inspect } = await import('../../temporal/inspection');
  return withTemporal((temporal) => inspect(temporal, 'check', { request }));
}

function notReady(hosts: HostCheck[]): string | undefined {
  const bad = hosts.filter(({ ok }) => !ok).length;
  if (bad === 0) return undefined;
  const words = wordsFor(hosts.map(({ kind }) => kind));
  return `${bad === 1 ? `1 ${words.one} is` : `${bad} ${words.several} are`} not ready.`;
}

const QUESTIONS: HostQuestion[] = [
  'reached',
  'engine',
  'nodes',
  'disk',
  'clock',
  'registry',
  'ports',
  'paths',
  'volumes',
  'proxy',
];
/** Only some kinds of targets are asked these. */
const OF_SOME: HostQuestion[] = ['rights', 'quota'];

/** A table of all targets, followed by their problems. */
function hostLines(hosts: HostCheck[]): string[] {
  if (hosts.length === 0) return [];
  const cell = (finding: HostFinding | undefined) => (finding ? `${finding.ok ? finding.what : '✗'}` : '');
  const questions = [...QUESTIONS, ...OF_SOME.filter((one) => hosts.some(({ found }) => found[one]))];
  const rows = hosts.map(({ environment, host, ok, found }) => [
    ok ? '✓' : '✗',
    environment,
    host,
    ...questions.map((question) => cell(found[question])),
  ]);
  const wrong = hosts.flatMap(({ environment, host, found }) =>
    questions.flatMap((question) =>
      found[question]?.ok === false ? [`✗ ${environment} ${host}, ${question}: ${found[question].what}`] : [],
    ),
  );
  const composed = hosts.flatMap(({ environment, host, composed: said }) =>
    said.map((what) => `! ${environment} ${host}: ${what}`),
  );
  const { one } = wordsFor(hosts.map(({ kind }) => kind));
  return [...table(['', 'environment', one, ...questions], rows), ...wrong, ...composed];
}

export function checkLines({ problems, warnings, hosts }: CheckReport): string[] {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return [
    ...problems.map(describeProblem),
    ...warnings.map((warning) => `! ${warning}`),
    ...hostLines(hosts),
    problems.length > 0 ? `${count}.` : (notReady(hosts) ?? 'No problem.'),
  ];
}
