import { createHash } from 'node:crypto';
import type { Command } from 'commander';
import type { Decision } from '../src/model/decision';
import type { ReleaseProgress, Waiting } from '../src/model/progress';
import { confirm } from './confirm';
import { type Answer, does, examples } from './deliver';
import { Told } from './errors';
import { who, withWho } from './local/who';
import type { Line } from './print/line';
import { note } from './print/output';
import { painted } from './print/painted';
import { SHORT_HASH, shortHash, summaryLines } from './print/plan';
import { type ProjectOptions, readProject, withProject } from './project';

/** What `approve` and `reject` share: a decision of a person on one plan. */

interface Options extends ProjectOptions {
  plan?: string;
  reason?: string;
  yes?: boolean;
}
type Word = Decision['decision'];
type Approval = Extract<Waiting, { kind: 'approval' }>;

export function defineDecision(command: Command, word: Word, exampleLines: string[]): void {
  const reason = 'why; it is kept in the ledger';
  withWho(withProject(command))
    .argument('<release>', 'the release that waits')
    .argument('[environment]', 'the environment that it is to go to')
    .option('--plan <hash>', 'the plan that you read; another one is refused')
    .option('--yes', 'decide on the plan as it is now, without being asked')
    .addHelpText('after', examples(...exampleLines));
  if (word === 'reject') command.requiredOption('--reason <text>', reason);
  else command.option('--reason <text>', reason);
  does(command, (release: string, environment: string | undefined, options: Options) =>
    decide(word, release, environment, options),
  );
}

async function decide(word: Word, release: string, environment: string | undefined, options: Options): Promise<Answer> {
  const { app } = await readProject(options);
  const by = await who(options);
  const { withTemporal } = await import('./client');
  const { readRelease, sendDecision } = await import('./temporal/release');
  return withTemporal(async (temporal) => {
    const waiting = findApproval(await readRelease(temporal, app, release), environment);
    show(waiting);
    await requireConsent(word, release, waiting, options);
    const plan = wholePlan(options.plan, waiting.plan);
    const decision = withId({ environment: waiting.environment, plan, decision: word, by, reason: options.reason });
    const said = await sendDecision(temporal, app, release, decision);
    return {
      json: { app, release, ...decision, said },
      lines: [said, `To watch it: windlass status ${release} --follow`],
    };
  });
}

/** What the release asks, or why there is nothing to decide. */
export function findApproval(progress: ReleaseProgress, environment: string | undefined): Approval {
  const { release, status, waitingFor, stages } = progress;
  if (waitingFor?.kind !== 'approval') {
    const doing = status === 'running' ? `is at "${stages.at(-1)?.name ?? 'its beginning'}"` : `has ended (${status})`;
    throw new Told(
      `Release ${release} waits for no approval: it ${doing}.`,
      undefined,
      'See what waits: windlass status',
    );
  }
  if (environment && environment !== waitingFor.environment)
    throw new Told(`Release ${release} waits for a decision on ${waitingFor.environment}, not on ${environment}.`);
  return waitingFor;
}

/** The first digits of the plan stand for it, as commits are named; anything else is the release's to refuse. */
export function wholePlan(given: string | undefined, plan: string): string {
  if (given === undefined || (given.length >= SHORT_HASH && plan.startsWith(given))) return plan;
  return given;
}

/** On stderr: it is what is decided on, not the answer. */
function show({ summary, environment, plan }: Approval): void {
  const title: Line = { depth: 0, text: `${environment}, plan ${shortHash(plan)}`, tone: 'title' };
  note(...painted([title, ...summaryLines(summary, 1)], process.stderr));
}

async function requireConsent(word: Word, release: string, { environment }: Approval, options: Options): Promise<void> {
  if (options.plan || options.yes || word === 'reject') return;
  const instead = 'Say which plan you mean: --plan HASH. Or take it as it is now: --yes';
  if (await confirm(`Approve ${release} for ${environment}?`, instead)) return;
  throw new Told('Not approved.', undefined, 'Nothing was sent.');
}

/** The same decision has the same id, so that sending it twice counts once. */
function withId(decision: Omit<Decision, 'id'>): Decision {
  const id = createHash('sha256').update(
    JSON.stringify([decision.environment, decision.plan, decision.decision, decision.by]),
  );
  return { ...decision, id: id.digest('hex').slice(0, 16) };
}
