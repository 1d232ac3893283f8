import { Argument, type Command } from 'commander';
import type { Answer as Word, StepQuestion } from '../../src/model/question';
import type { RolloutProgress } from '../../src/model/progress';
import type { Temporal } from '../client';
import { type Answer, does, examples } from '../deliver';
import { Told } from '../errors';
import { who, withWho } from '../local/who';
import { note } from '../print/output';
import { painted } from '../print/painted';
import { questionLines } from '../print/waiting';
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
  const { readRollout, sendResolution } = await import('../temporal/rollout');
  return withTemporal(async (temporal) => {
    const environment = await environmentOf(temporal, project, subject);
    const rollout = await readRollout(temporal, project.app, environment);
    const { step } = requireAnswer(rollout, word);
    show(rollout);
    const resolution = { step, answer: word, by, reason: options.reason };
    const said = await sendResolution(temporal, project.app, environment, resolution);
    return { json: { app: project.app, environment, ...resolution, said }, lines: [said] };
  });
}

/** A release asks for one environment at a time; one that is no environment of the manifest is taken for a release. */
async function environmentOf(temporal: Temporal, { app, environments }: Project, subject: string): Promise<string> {
  if (environments?.includes(subject)) return subject;
  const { findRelease } = await import('../temporal/release');
  const progress = await findRelease(temporal, app, subject);
  if (!progress) return subject;
  if (progress.waitingFor?.kind === 'operator') return progress.waitingFor.environment;
  throw new Told(
    `Release ${subject} of ${app} asks nothing of an operator now.`,
    undefined,
    'See what waits: windlass status',
  );
}

/** Only what the question offers. */
export function requireAnswer({ question, environment }: RolloutProgress, word: Word): StepQuestion {
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

function show(rollout: RolloutProgress): void {
  const lines = questionLines(rollout, 0).filter((line) => line.tone !== 'command');
  note(...painted(lines, process.stderr));
}
