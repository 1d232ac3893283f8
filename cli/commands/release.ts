import type { Command } from 'commander';
import { releaseName, type ReleaseRequest } from '../../src/model/release';
import { type Answer, does, examples } from '../deliver';
import { Told } from '../errors';
import { fingerprintOf, parseImages } from '../local/images';
import { findSource, withSource } from '../local/source';
import { who, withWho } from '../local/who';
import { note } from '../print/output';
import { type ProjectOptions, readProject, withProject } from '../project';

interface Options extends ProjectOptions {
  source?: string;
  commit?: string;
  image: string[];
  until?: string;
  again?: boolean;
}

const UNTIL = ['staged', 'awaiting-approval', 'done'] as const;
export type Until = (typeof UNTIL)[number];

export function define(command: Command): void {
  withWho(withSource(withProject(command)))
    .option(
      '--until <moment>',
      `how long to follow: ${UNTIL.join(', ')} (default: done; awaiting-approval where CI=true)`,
    )
    .option('--again', 'release a commit once more that was released already, and build it anew')
    .addHelpText(
      'after',
      examples(
        'windlass release',
        'windlass release --commit 3f2a91c --until staged',
        'windlass release --image web=registry.example.com/shop/web@sha256:4f8c…',
      ) +
        '\n\nThe same commit again joins a release that runs, tries again one that ended without success, and says so where it is done.' +
        '\nCtrl-C ends the watching only: the release goes on.',
    );
  does(command, release);
}

async function release(options: Options): Promise<Answer> {
  const until = parseUntil(options.until, process.env['CI']);
  const [request, { withTemporal, carryOutRelease }] = await Promise.all([readRequest(options), loadWhatIsNext()]);
  return withTemporal((temporal) =>
    carryOutRelease(temporal, request, { until, again: options.again, json: options.json }),
  );
}

/** While git answers; what is wrong with the request is told before anything is asked of Temporal. */
async function loadWhatIsNext() {
  await new Promise(setImmediate);
  return { ...(await import('../client')), ...(await import('../temporal/carry-out-release')) };
}

/** Gathers all that the release is started with, before anything is asked of Temporal. */
async function readRequest(options: Options): Promise<ReleaseRequest> {
  const images = parseImages(options.image);
  const { app } = await readProject(options);
  const { source, notes } = await findSource(options, options.file);
  if (notes.length > 0) note(...notes);
  const name = releaseName(source.commit, fingerprintOf(images));
  return { app, release: name, source, images, startedBy: await who(options) };
}

/** CI must not hold a job while people think. */
export function parseUntil(given: string | undefined, ci: string | undefined): Until {
  const until = given ?? (ci === 'true' ? 'awaiting-approval' : 'done');
  if ((UNTIL as readonly string[]).includes(until)) return until as Until;
  throw new Told(`--until: is "${until}". Expected ${UNTIL.join(' or ')}.`);
}
