import { Argument, type Command } from 'commander';
import { detailOfAnswer } from '../../../src/model/approval/statement-parts';
import type { OperatorAnswer, StepQuestion } from '../../../src/model/approval/question';
import type { ReleaseProgress } from '../../../src/model/environment/progress';
import type { Temporal } from '../../client';
import { type CommandResult, action, examples } from '../../deliver';
import { UserError } from '../../errors';
import { note } from '../../print/terminal/output';
import type { Line } from '../../print/terminal/line';
import { painted } from '../../print/terminal/painted';
import { questionLines, waitingLines } from '../../print/waiting';
import { type Project, type ProjectOptions, readProject, withProject } from '../../project';
import { AN_HOUR, signerFor, type SignOptions, withSigner } from '../../signing/signer';

const WORDS: OperatorAnswer[] = ['retry', 'skip', 'exclude-host', 'rollback'];

export function define(command: Command): void {
  withSigner(withProject(command))
    .argument('<release|environment>', 'the release or environment that asks')
    .addArgument(new Argument('<answer>', 'what to do about the step').choices(WORDS))
    .requiredOption('--reason <text>', 'why; recorded in the ledger')
    .addHelpText(
      'after',
      examples(
        "windlass resolve production retry --reason 'the disk has room again'",
        "windlass resolve 3f2a91c0de exclude-host --reason 'its power supply is being replaced'",
      ),
    );
  action(command, resolve);
}

async function resolve(
  subject: string,
  word: OperatorAnswer,
  options: ProjectOptions & SignOptions & { reason: string },
): Promise<CommandResult> {
  const project = await readProject(options);
  const { withTemporal } = await import('../../client');
  const { sendResolution } = await import('../../temporal/rollout');
  return withTemporal(async (temporal) => {
    const asker = await findAsker(temporal, project, subject);
    const { step, nonce } = requireAnswer(asker, word);
    note(...painted(asker.lines, process.stderr));
    const { app } = project;
    const { environment, of: release = '' } = asker;
    const { by, sign } = await signerFor(temporal, { app, environment }, options);
    const detail = detailOfAnswer({ step, answer: word });
    const { reason } = options;
    const signed = await sign({ app, environment, release, decision: 'resolve', detail, reason, nonce }, AN_HOUR);
    const resolution = { step, answer: word, by, reason, ...(signed && { signed }) };
    const said = await sendResolution(temporal, app, asker, resolution);
    return { json: { app, environment, ...resolution, said }, lines: [said] };
  });
}

/** Who asks: the rollout in an environment, or a release that has no rollout yet. */
interface Asker {
  environment: string;
  /** That asks itself. */
  release?: string;
  /** The release that it is about. */
  of?: string;
  question?: StepQuestion;
  lines: Line[];
}

/** A name that is no environment of the manifest is taken for a release. */
async function findAsker(temporal: Temporal, { app, environments }: Project, subject: string): Promise<Asker> {
  const { findRelease } = await import('../../temporal/release');
  const progress = environments?.includes(subject) ? undefined : await findRelease(temporal, app, subject);
  if (!progress) return (await findReleaseOn(temporal, app, subject)) ?? askerOf(temporal, app, subject);
  if (progress.waitingFor?.kind === 'operator')
    return itself(progress) ?? askerOf(temporal, app, progress.waitingFor.environment);
  throw new UserError(
    `Release ${subject} of ${app} has no question for an operator.`,
    undefined,
    'See what is pending: windlass status',
  );
}

async function askerOf(temporal: Temporal, app: string, environment: string): Promise<Asker> {
  const { readRollout } = await import('../../temporal/rollout');
  const rollout = await readRollout(temporal, app, environment);
  return {
    environment,
    of: rollout.release,
    question: rollout.question,
    lines: withoutCommands(questionLines(rollout, 0)),
  };
}

/** The release that asks about this environment before its rollout has begun; throws when there are several. */
async function findReleaseOn(temporal: Temporal, app: string, environment: string): Promise<Asker | undefined> {
  const { listOpenReleases, readRelease } = await import('../../temporal/release');
  const open = await listOpenReleases(temporal, app);
  const all = await Promise.all(open.map((release) => readRelease(temporal, app, release).catch(() => undefined)));
  const askers = all.flatMap((one) => (one && itself(one)) ?? []).filter((one) => one.environment === environment);
  if (askers.length < 2) return askers[0];
  const names = askers.map(({ release }) => release).join(', ');
  throw new UserError(`Several releases of ${app} ask about ${environment}: ${names}. Name one.`);
}

function itself(progress: ReleaseProgress): Asker | undefined {
  const { release, waitingFor } = progress;
  if (waitingFor?.kind !== 'operator' || !waitingFor.own) return undefined;
  const { environment, question } = waitingFor;
  return { environment, release, of: release, question, lines: withoutCommands(waitingLines(progress, waitingFor, 0)) };
}

const withoutCommands = (lines: Line[]) => lines.filter((line) => line.tone !== 'command');

/** Refuses an answer that the question does not offer. */
export function requireAnswer(
  { question, environment }: Pick<Asker, 'question' | 'environment'>,
  word: OperatorAnswer,
) {
  if (!question)
    throw new UserError(
      `The rollout in ${environment} has no question for an operator.`,
      undefined,
      'See what is pending: windlass status',
    );
  if (question.answers[word]) return question;
  const known = Object.entries(question.answers).map(([answer, what]) => `${answer}: ${what}`);
  throw new UserError([`${word}: is not an answer to "${question.step}". Expected one of`, ...known].join('\n'));
}
