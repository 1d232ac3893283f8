import { createHash } from 'node:crypto';
import type { Command } from 'commander';
import type { Decision } from '../src/model/approval/decision';
import { shortHash, wholeHash } from '../src/model/approval/plan-hash';
import type { ReleaseProgress, Waiting } from '../src/model/environment/progress';
import { confirm } from './confirm';
import { type CommandResult, action, examples } from './deliver';
import { UserError } from './errors';
import { who } from './local/who';
import type { Line } from './print/terminal/line';
import { note } from './print/terminal/output';
import { painted } from './print/terminal/painted';
import { summaryLines } from './print/plan';
import { type ProjectOptions, readProject, withProject } from './project';
import { signaturePage } from './print/signature';
import { A_DAY, type SignOptions, signerOf, withSigner } from './signing/signer';

/** The shared command of `approve` and `reject`: a person's decision about one plan. */

interface Options extends ProjectOptions, SignOptions {
  print?: boolean;
  plan?: string;
  reason?: string;
  yes?: boolean;
}
type DecisionKind = Decision['decision'];
type Approval = Extract<Waiting, { kind: 'approval' }>;

export function defineDecision(command: Command, word: DecisionKind, exampleLines: string[]): void {
  const reason = 'why; recorded in the ledger';
  withSigner(withProject(command))
    .argument('[release]', 'the release (default: the one that waits for approval)')
    .argument('[environment]', 'the environment to release to')
    .option('--plan <hash>', 'the plan you read; any other is refused')
    .option('--yes', 'decide about the current plan without a question')
    .option('--print', 'send nothing; print what to sign elsewhere and what to send in Temporal’s UI')
    .addHelpText('after', examples(...exampleLines));
  if (word === 'reject') command.requiredOption('--reason <text>', reason);
  else command.option('--reason <text>', reason);
  action(command, (...args: [string | undefined, string | undefined, Options]) => decide(word, ...args));
}

async function decide(
  word: DecisionKind,
  first: string | undefined,
  second: string | undefined,
  options: Options,
): Promise<CommandResult> {
  const { app, environments } = await readProject(options);
  const isPlace = second === undefined && first !== undefined && environments?.includes(first) === true;
  const [named, environment] = isPlace ? [undefined, first] : [first, second];
  const { withTemporal } = await import('./client');
  const { readAddresses } = await import('./temporal/connect/addresses');
  const { listOpenReleases, readRelease, sendDecision } = await import('./temporal/release');
  return withTemporal(async (temporal) => {
    const read = (release: string) => readRelease(temporal, app, release);
    const progress = named
      ? await read(named)
      : theOneThatWaits(await Promise.all((await listOpenReleases(temporal, app)).map(read)), app, word, environment);
    const { release } = progress;
    const waiting = findApproval(progress, environment);
    show(release, waiting);
    const plan = wholeHash(options.plan ?? waiting.plan, waiting.plan);
    const { signing, environment: place } = waiting;
    const about = { environment: place, plan, decision: word, reason: options.reason };
    const statement = { app, release, ...about, reason: options.reason ?? '', record: signing?.record ?? '' };
    const validMs = Math.min(A_DAY, waiting.until - Date.now());
    if (options.print) {
      const by = await who(options);
      const installation = temporal.taskQueue;
      return signaturePage(withId({ ...about, by }), signing && { ...statement, installation, by, signing }, validMs);
    }
    await requireConsent(word, release, waiting, options);
    const signer = await signerOf(temporal, signing, options);
    const signed = await signer.sign({ ...statement, nonce: signing?.nonce }, validMs);
    const decision = { ...withId({ ...about, by: signer.by }), ...(signed && { signed }) };
    const said = await sendDecision(temporal, app, release, decision);
    return {
      json: { app, release, ...decision, said },
      lines: [
        said,
        `To follow it: windlass status ${release} --follow`,
        ...(await readAddresses(temporal, app, environments ?? [waiting.environment])),
      ],
    };
  });
}

/** The one release that waits for an approval (in this environment). Throws with none or several. */
export function theOneThatWaits(
  open: ReleaseProgress[],
  app: string,
  word: DecisionKind,
  environment?: string,
): ReleaseProgress {
  const waiting = open.filter(
    ({ waitingFor: of }) => of?.kind === 'approval' && (environment === undefined || of.environment === environment),
  );
  const [only, ...others] = waiting;
  if (!only)
    throw new UserError(
      `No release of ${app} is waiting for approval${environment ? ` for ${environment}` : ''}.`,
      undefined,
      'See what is pending: windlass status',
    );
  if (others.length === 0) return only;
  const commands = waiting.flatMap(({ release, waitingFor }) =>
    waitingFor?.kind === 'approval' ? [`windlass ${word} ${release} ${waitingFor.environment}`] : [],
  );
  throw new UserError(`${waiting.length} releases of ${app} are waiting for approval.`, undefined, commands.join('\n'));
}

/** The approval that the release waits for, or an error that says why there is nothing to decide. */
export function findApproval(progress: ReleaseProgress, environment: string | undefined): Approval {
  const { release, status, waitingFor, stages } = progress;
  if (waitingFor?.kind !== 'approval') {
    const doing = status === 'running' ? `stage: ${stages.at(-1)?.name ?? 'starting'}` : `ended: ${status}`;
    throw new UserError(
      `Release ${release} is not waiting for approval (${doing}).`,
      undefined,
      'See what is pending: windlass status',
    );
  }
  if (environment && environment !== waitingFor.environment)
    throw new UserError(
      `Release ${release} is waiting for a decision about ${waitingFor.environment}, not ${environment}.`,
    );
  return waitingFor;
}

/** Printed on stderr, because it is not the command's answer. */
function show(release: string, { summary, environment, plan }: Approval): void {
  const title: Line = { depth: 0, text: `${release} for ${environment}, plan ${shortHash(plan)}`, tone: 'title' };
  note(...painted([title, ...summaryLines(summary, 1)], process.stderr));
}

async function requireConsent(
  word: DecisionKind,
  release: string,
  { environment }: Approval,
  options: Options,
): Promise<void> {
  if (options.plan || options.yes || word === 'reject') return;
  const instead = 'Name the plan you read with --plan HASH, or approve the current one with --yes.';
  if (await confirm(`Approve ${release} for ${environment}?`, instead)) return;
  throw new UserError('Not approved.', undefined, 'Nothing was sent.');
}

/** The same decision always has the same id, so a repeated one counts once. */
function withId(decision: Omit<Decision, 'id'>): Decision {
  const id = createHash('sha256').update(
    JSON.stringify([decision.environment, decision.plan, decision.decision, decision.by]),
  );
  return { ...decision, id: id.digest('hex').slice(0, 16) };
}
