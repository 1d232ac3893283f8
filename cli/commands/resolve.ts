import { Argument, type Command } from 'commander';
import type { Answer as Word, StepQuestion } from '../../src/model/question';
import type { ReleaseProgress } from '../../src/model/progress';
import type { Temporal } from '../client';
import { type Answer, does, examples } from '../deliver';
import { Told } from '../errors';
import { who, withWho } from '../local/who';
import { note } from '../print/output';
import type { Line } from '../print/line';
import { painted } from '../print/painted';
import { questionLines, waitingLines } from '../print/waiting';
import { type Project, type ProjectOptions, readProject, withProject } from '../project';

const WORDS: Word[] = ['retry', 'skip', 'exclude-host', 'rollback'];

export function define(command: Command): void {
  withWho(withProject(command))
    .argument('<release|environment>', 'what asks')
    .addArgument(new Argument('<answer>', 'what is to be done about the step').choices(WORDS))
    .requiredOption('--reason <text>', 'why; it is kept in the ledger')
    .addHelpText(
      'after',
      examples(
        "windlass resolve production retry --reason 'the disk has room again'",
        "windlass resolve 3f2a91c0de exclude-host --reason 'its power supply is being replaced'",
      ),
    );
  does(command, resolve);
}

async function resolve(subject: string, word: Word, options: ProjectOptions & { reason: string }): Promise<Answer> {
  const project = await readProject(options);
  const by = await who(options);
  const { withTemporal } = await import('../client');
  const { sendResolution } = await import('../temporal/rollout');
  return withTemporal(async (temporal) => {
    const asker = await findAsker(temporal, project, subject);
    const { step } = requireAnswer(asker, word);
    note(...painted(asker.lines, process.stderr));
    const resolution = { step, answer: word, by, reason: options.reason };
    const said = await sendResolution(temporal, project.app, asker, resolution);
    return { json: { app: project.app, environment: asker.environment, ...resolution, said }, lines: [said] };
  });
}

/** Who asks: the rollout on an environment, or a release that has none yet. */
interface Asker {
  environment: string;
  release?: string;
  question?: StepQuestion;
  /** What it asks, without the commands. */
  lines: Line[];
}

/** A release asks for one environment at a time; one that is no environment of the manifest is taken for a release. */
async function findAsker(temporal: Temporal, { app, environments }: Project, subject: string): Promise<Asker> {
  const { findRelease } = await import('../temporal/release');
  const progress = environments?.includes(subject) ? undefined : await findRelease(temporal, app, subject);
  if (!progress) return (await findReleaseOn(temporal, app, subject)) ?? askerOf(temporal, app, subject);
  if (progress.waitingFor?.kind === 'operator')
    return itself(progress) ?? askerOf(temporal, app, progress.waitingFor.environment);
  throw new Told(
    `Release ${subject} of ${app} asks nothing of an operator now.`,
    undefined,
    'See what waits: windlass status',
  );
}

async function askerOf(temporal: Temporal, app: string, environment: string): Promise<Asker> {
  const { readRollout } = await import('../temporal/rollout');
  const rollout = await readRollout(temporal, app, environment);
  return { environment, question: rollout.question, lines: withoutCommands(questionLines(rollout, 0)) };
}

/** Of releases that ask about an environment before they have a rollout there; which one is meant must be clear. */
async function findReleaseOn(temporal: Temporal, app: string, environment: string): Promise<Asker | undefined> {
  const { listOpenReleases, readRelease } = await import('../temporal/release');
  const open = await listOpenReleases(temporal, app);
  const all = await Promise.all(open.map((release) => readRelease(temporal, app, release).catch(() => undefined)));
  const askers = all.flatMap((one) => (one && itself(one)) ?? []).filter((one) => one.environment === environment);
  if (askers.length < 2) return askers[0];
  const names = askers.map(({ release }) => release).join(', ');
  throw new Told(`Several releases of ${app} ask about ${environment}: ${names}. Name the one that you mean.`);
}

function itself(progress: ReleaseProgress): Asker | undefined {
  const { release, waitingFor } = progress;
  if (waitingFor?.kind !== 'operator' || !waitingFor.own) return undefined;
  const { environment, question } = waitingFor;
  return { environment, release, question, lines: withoutCommands(waitingLines(progress, waitingFor, 0)) };
}

const withoutCommands = (lines: Line[]) => lines.filter((line) => line.tone !== 'command');

/** Only what the question offers. */
export function requireAnswer({ question, environment }: Pick<Asker, 'question' | 'environment'>, word: Word) {
  if (!question)
    throw new Told(
      `The rollout on ${environment} asks nothing of an operator now.`,
      undefined,
      'See what waits: windlass status',
    );
  if (question.answers[word]) return question;
  const known = Object.entries(question.answers).map(([answer, what]) => `${answer}: ${what}`);
  throw new Told([`${word} is no answer to "${question.step}". Expected one of`, ...known].join('\n'));
}
