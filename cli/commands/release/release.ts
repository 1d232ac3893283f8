import type { Command } from 'commander';
import { releaseName, type ReleaseRequest } from '../../../src/model/release';
import { type CommandResult, action, examples } from '../../deliver';
import { UserError } from '../../errors';
import { ACCEPT_EMPTY } from '../../local/accept-empty';
import { fingerprintOf, parseImages } from '../../local/images';
import { findSource, withSource } from '../../local/source';
import { who } from '../../local/who';
import { note } from '../../print/terminal/output';
import { type ProjectOptions, readProject, withProject } from '../../project';
import { type SignOptions, withSigner } from '../../signing/signer';
import { UNTIL, type Until } from '../../exit';

interface Options extends ProjectOptions, SignOptions {
  source?: string;
  commit?: string;
  image: string[];
  until?: string;
  again?: boolean;
  acceptRepository?: boolean;
  acceptEmpty: string[];
}

export function define(command: Command): void {
  withSigner(withSource(withProject(command)))
    .option(
      '--until <moment>',
      `how long to follow: ${UNTIL.join(', ')} (default: done; awaiting-approval where CI=true)`,
    )
    .option(...ACCEPT_EMPTY)
    .option('--again', 'release an already released commit again, from a new build')
    .option('--accept-repository', 'allow a release from another repository than the last one; recorded in the ledger')
    .addHelpText(
      'after',
      examples(
        'windlass release',
        'windlass release --commit 3f2a91c --until staged',
        'windlass release --image web=registry.example.com/shop/web@sha256:4f8c…',
      ) +
        '\n\nFor a commit released before: follows its release if it runs, retries it if it failed, and says so if it is done.' +
        '\nCtrl-C stops following; the release continues.',
    );
  action(command, release);
}

async function release(options: Options): Promise<CommandResult> {
  const until = parseUntil(options.until, process.env['CI']);
  const [request, { withTemporal, carryOutRelease }] = await Promise.all([readRequest(options), loadWhatIsNext()]);
  return withTemporal((temporal) =>
    carryOutRelease(temporal, request, { until, again: options.again, json: options.json, signer: options }),
  );
}

/** Runs while git answers. Reports every fault of the request before Temporal is asked. */
async function loadWhatIsNext() {
  await new Promise(setImmediate);
  return { ...(await import('../../client')), ...(await import('../../temporal/carry-out/release')) };
}

/** Gathers the release's input before Temporal is asked. */
async function readRequest(options: Options): Promise<ReleaseRequest> {
  const images = parseImages(options.image);
  const { app } = await readProject(options);
  const { source, notes } = await findSource(options, options.file);
  if (notes.length > 0) note(...notes);
  const name = releaseName(source.commit, fingerprintOf(images));
  const { acceptEmpty } = options;
  return {
    app,
    release: name,
    source,
    images,
    startedBy: await who(options),
    ...(options.acceptRepository && { acceptRepository: true }),
    ...(acceptEmpty.length > 0 && { acceptEmpty }),
  };
}

/** CI must not hold a job while people think. */
export function parseUntil(given: string | undefined, ci: string | undefined): Until {
  const until = given ?? (ci === 'true' ? 'awaiting-approval' : 'done');
  if ((UNTIL as readonly string[]).includes(until)) return until as Until;
  throw new UserError(`--until: is "${until}". Expected ${UNTIL.join(' or ')}.`);
}
