import { type Failure, isMendable, wordsOfCause } from '../model/failure';
import { type Operation, type Outcome, type PhaseName, type Plan, type Step, stepId } from '../model/plan';
import type { OperatorAnswer, OfferedAnswers } from '../model/approval/question';
import { canDoWithout, goOnWithout } from './exclude';

/**
 * Carries out a plan: one interpreter for all strategies. It imports nothing from Temporal; the workflow passes
 * ports that use Temporal, the tests simulated ones.
 */
export interface Ports {
  /** Performs a step. Throws `StepFailed`, or `Stopped` when the rollout was told to stop. */
  perform(step: Step, id: string): Promise<void>;
  /** Performs a step's compensation; cannot be stopped. Throws `StepFailed`. */
  undo(step: Step, id: string): Promise<void>;
  together(work: (() => Promise<void>)[]): Promise<void>;
  /** Asks an operator; returns the answer. Throws `Stopped` when told to stop while the step is still pending. */
  ask(step: Step, id: string, failure: Failure, answers: OfferedAnswers): Promise<OperatorAnswer>;
  /** Called between batches: waits while frozen, throws `Stopped` when told to stop. */
  safePoint(phase: PhaseName): Promise<void>;
  commit(): Promise<void>;
  tell(id: string, state: 'undone' | 'skipped'): void;
}

export class StepFailed extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

export class Stopped extends Error {}

/** Takes the environment through the plan or, when something fails before the commit, back, newest batch first. */
export async function carryOut(plan: Plan, ports: Ports): Promise<Outcome> {
  const procedure = new Procedure(plan, ports);
  try {
    for (const phase of before(plan, 'commit'))
      for (const batch of phase.batches) {
        await ports.safePoint(phase.name);
        await procedure.carryOut(phase.name, batch);
      }
    await ports.safePoint('commit');
  } catch (error) {
    return { status: 'undone', ...explain(error), undone: await procedure.unwind() };
  }
  await ports.commit();
  const warnings: string[] = [];
  for (const phase of after(plan, 'commit'))
    for (const batch of phase.batches) warnings.push(...(await procedure.withoutSuffix(phase.name, batch)));
  return { status: 'committed', warnings };
}

class Procedure {
  private readonly begun: { step: Step; id: string }[][] = [];
  private readonly done = new Set<Operation>();
  private readonly excluded = new Set<string>();
  private pastReturn = false;
  private questions: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly plan: Plan,
    private readonly ports: Ports,
  ) {}

  /** Steps go on the stack *before* they start, because one that timed out may have happened. */
  async carryOut(phase: PhaseName, batch: Step[]): Promise<void> {
    const named = batch.map((step) => ({ step, id: stepId(phase, step) }));
    this.begun.push(named);
    await this.ports.together(
      named.map(
        ({ step, id }) =>
          () =>
            this.perform(step, id),
      ),
    );
  }

  private async perform(step: Step, id: string): Promise<void> {
    if (step.irreversible) this.pastReturn = true;
    while (!this.isExcluded(step)) {
      try {
        await this.ports.perform(step, id);
        this.done.add(step.operation);
        return;
      } catch (error) {
        if (!(error instanceof StepFailed) || !this.asksAbout(error.failure)) throw error;
        const answer = await this.ask(step, id, error.failure, () => this.forward(step));
        if (answer === 'rollback') throw error;
        if (answer === 'skip') break;
      }
    }
    this.ports.tell(id, 'skipped');
  }

  /** The release's own failures are not asked about, unless going back is unsafe. */
  private asksAbout(failure: Failure): boolean {
    return this.pastReturn || (this.plan.onFailure === 'ask' && isMendable(failure));
  }

  private async ask(step: Step, id: string, failure: Failure, answers: () => OfferedAnswers): Promise<OperatorAnswer> {
    const asked = this.questions.then(async () => {
      // Its host may have been excluded while others were asked about.
      if (this.isExcluded(step)) return 'exclude-host';
      const answer = await this.ports.ask(step, id, failure, answers());
      if (answer === 'exclude-host') this.excluded.add(step.operation.target);
      return answer;
    });
    this.questions = asked.catch(() => undefined);
    return await asked;
  }

  private forward({ operation: { target } }: Step): OfferedAnswers {
    const excludes = canDoWithout(this.plan, target, this.excluded, (operation) => !this.done.has(operation));
    return {
      retry: 'repeat the step',
      skip: 'continue as if the step had succeeded',
      ...(excludes && { 'exclude-host': goOnWithout(target) }),
      rollback: 'undo all earlier steps that can be undone',
    };
  }

  private back({ operation: { target } }: Step): OfferedAnswers {
    const excludes = canDoWithout(this.plan, target, this.excluded, () => false);
    return {
      retry: 'repeat the undo',
      skip: 'leave the step and undo the rest',
      ...(excludes && {
        'exclude-host': `leave everything on ${target} and undo the rest; the next rollout that reaches ${target} updates it`,
      }),
    };
  }

  private isExcluded({ operation }: Step): boolean {
    return this.excluded.has(operation.target);
  }

  async unwind(): Promise<string[]> {
    const undone: string[] = [];
    for (let batch = this.begun.pop(); batch; batch = this.begun.pop())
      await Promise.all(
        batch
          .filter(({ step }) => step.undo)
          .map(async ({ step, id }) => {
            if (await this.undo(step, id)) undone.push(id);
          }),
      );
    return undone;
  }

  private async undo(step: Step, id: string): Promise<boolean> {
    while (!this.isExcluded(step)) {
      try {
        await this.ports.undo(step, id);
        this.ports.tell(id, 'undone');
        return true;
      } catch (error) {
        const failure = error instanceof StepFailed ? error.failure : explain(error).failure;
        if ((await this.ask(step, id, failure, () => this.back(step))) === 'skip') break;
      }
    }
    this.ports.tell(id, 'skipped');
    return false;
  }

  async withoutSuffix(phase: PhaseName, batch: Step[]): Promise<string[]> {
    const left: string[] = [];
    const cleanUp = async (step: Step) => {
      const id = stepId(phase, step);
      await this.ports.perform(step, id).catch((error: unknown) => left.push(`${id}: ${wordsOfCause(error)}`));
    };
    await this.ports.together(batch.filter((step) => !this.isExcluded(step)).map((step) => () => cleanUp(step)));
    return left;
  }
}

function explain(error: unknown): { cancelled: boolean; failure: Failure } {
  if (error instanceof StepFailed) return { cancelled: false, failure: error.failure };
  if (error instanceof Stopped) return { cancelled: true, failure: { kind: 'stopped', message: error.message } };
  // An unexpected error also unwinds, and keeps its message.
  return { cancelled: false, failure: { kind: 'unexpected', message: wordsOfCause(error) } };
}

const before = (plan: Plan, name: PhaseName) => plan.phases.slice(0, indexOf(plan, name));
const after = (plan: Plan, name: PhaseName) => plan.phases.slice(indexOf(plan, name) + 1);
function indexOf(plan: Plan, name: PhaseName): number {
  const index = plan.phases.findIndex((phase) => phase.name === name);
  return index < 0 ? plan.phases.length : index;
}
