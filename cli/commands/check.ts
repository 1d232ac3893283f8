import type { Command } from 'commander';
import { basename, dirname, resolve } from 'node:path';
import type { CheckReport } from '../../activities/types';
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
        '\n\nWithout --offline the worker fetches the commit, reads it, and asks every host whether it answers.',
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

export function checkLines({ problems, warnings, hosts }: CheckReport): string[] {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return [
    ...problems.map(describeProblem),
    ...warnings.map((warning) => `! ${warning}`),
    ...hosts.map(({ environment, host, ok, what }) => `${ok ? '✓' : '✗'} ${environment} ${host}: ${what}`),
    problems.length > 0 ? `${count}.` : 'No problem.',
  ];
}
