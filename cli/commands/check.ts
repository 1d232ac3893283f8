import type { Command } from 'commander';
import { basename, dirname, resolve } from 'node:path';
import type { CheckReport, HostCheck, HostFinding, HostQuestion } from '../../activities/types';
import { describeProblem } from '../../src/model/problem';
import { releaseName, type ReleaseRequest } from '../../src/model/release';
import { readSettings } from '../../activities/settings';
import { type Answer, does, examples } from '../deliver';
import { Told } from '../errors';
import { EXIT } from '../exit';
import { fingerprintOf, parseImages } from '../local/images';
import { findSource, withSource } from '../local/source';
import { who } from '../local/who';
import { note } from '../print/output';
import { table } from '../print/table';
import { MANIFEST, type ProjectOptions, readProject, withProject } from '../project';

interface Options extends ProjectOptions {
  offline?: boolean;
  source?: string;
  commit?: string;
  image: string[];
}

export function define(command: Command): void {
  withSource(withProject(command))
    .option(
      '--offline',
      'read the files as they lie here, by the rules of the worker; neither Temporal nor a host is asked',
    )
    .addHelpText(
      'after',
      examples('windlass check --offline', 'windlass check --commit 3f2a91c') +
        '\n\nWithout --offline the worker fetches the commit, reads it, and looks at every host: is it reached,\nits engine, its disk and clock, the registry from there, ports, the proxy; and what docker compose runs there. Exit status 2 when anything is wrong.',
    );
  does(command, check);
}

async function check(options: Options): Promise<Answer> {
  const report = options.offline ? await readHere(options.file) : await haveRead(options);
  const isFine = report.problems.length === 0 && report.hosts.every(({ ok }) => ok);
  return { json: report, lines: checkLines(report), exit: isFine ? EXIT.done : EXIT.input };
}

/** With the very function that the worker reads a commit with. */
async function readHere(file: string): Promise<CheckReport> {
  if (basename(file) !== MANIFEST)
    throw new Told(`--file ${file}: a release reads ${MANIFEST}. Expected a file of that name.`);
  const { readWorkingFolder } = await import('../../activities/source/read-manifest');
  const { problems, warnings } = await readWorkingFolder(dirname(resolve(file)), readSettings(process.env));
  return { problems, warnings, hosts: [] };
}

async function haveRead(options: Options): Promise<CheckReport> {
  const { app } = await readProject(options);
  const { source, notes } = await findSource(options, options.file);
  if (notes.length > 0) note(...notes);
  const images = parseImages(options.image);
  const release = releaseName(source.commit, fingerprintOf(images));
  const request: ReleaseRequest = { app, release, source, images, startedBy: await who(options) };
  const { withTemporal } = await import('../client');
  const { inspect } = await import('../temporal/inspection');
  return withTemporal((temporal) => inspect(temporal, 'check', { request }));
}

function notReady(hosts: HostCheck[]): string | undefined {
  const bad = hosts.filter(({ ok }) => !ok).length;
  if (bad === 0) return undefined;
  return `${bad === 1 ? '1 host is' : `${bad} hosts are`} not ready.`;
}

const QUESTIONS: HostQuestion[] = ['reached', 'engine', 'disk', 'clock', 'registry', 'ports', 'paths', 'proxy'];

/** A table of all hosts, and below it what is wrong with them. */
function hostLines(hosts: HostCheck[]): string[] {
  if (hosts.length === 0) return [];
  const cell = (finding: HostFinding | undefined) => (finding ? `${finding.ok ? finding.what : '✗'}` : '');
  const rows = hosts.map(({ environment, host, ok, found }) => [
    ok ? '✓' : '✗',
    environment,
    host,
    ...QUESTIONS.map((question) => cell(found[question])),
  ]);
  const wrong = hosts.flatMap(({ environment, host, found }) =>
    QUESTIONS.flatMap((question) =>
      found[question]?.ok === false ? [`✗ ${environment} ${host}, ${question}: ${found[question].what}`] : [],
    ),
  );
  const composed = hosts.flatMap(({ environment, host, composed: said }) =>
    said.map((what) => `! ${environment} ${host}: ${what}`),
  );
  return [...table(['', 'environment', 'host', ...QUESTIONS], rows), ...wrong, ...composed];
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
