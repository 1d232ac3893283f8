import { type Failure, isMendable, wordsOfCause } from '../model/failure';
import { type Operation, type Outcome, type PhaseName, type Plan, type Step, stepId } from '../model/plan';
import type { Answer, Answers } from '../model/question';
import { canDoWithout, goOnWithout } from './exclude';

/**
 * Carries out a plan: the one interpreter of all strategies. It imports nothing of Temporal; what it needs done is asked
 * of ports, which the workflow gives as Temporal's and the tests as simulated ones.
 */
export interface Ports {
  /** Does a step. Throws `StepFailed`, or `Stopped` when the rollout was told to stop. */
  perform(step: Step, id: string): Promise<void>;
  /** Does the compensation of a step; cannot be stopped. Throws `StepFailed`. */
  undo(step: Step, id: string): Promise<void>;
  /** Runs deeds side by side. The first that fails stops the others, and is thrown when all have ended. */
  together(deeds: (() => Promise<void>)[]): Promise<void>;
  /** Asks an operator; returns the answer. Throws `Stopped` when told to stop while the step is still to be done. */
  ask(step: Step, id: string, failure: Failure, answers: Answers): Promise<Answer>;
  /** Between batches: waits while frozen, throws `Stopped` when told to stop. */
  safePoint(phase: PhaseName): Promise<void>;
  /** Records the release as current. From here on nothing is undone. */
  commit(): Promise<void>;
  /** Says how a step stands. */
  tell(id: string, state: 'undone' | 'skipped'): void;
}

export class StepFailed extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

export class Stopped extends Error {}

/** Takes the environment through the plan, or, when anything fails before the commit, back, newest batch first. */
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
    for (const batch of phase.batches) warnings.push(...(await procedure.tidy(phase.name, batch)));
  return { status: 'committed', warnings };
}

/** Holds what was begun, so that it can be taken back, and which hosts are left out. */
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

  /** The steps go on the stack *before* they start: one that timed out may have happened. */
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

  /** A failure that is the release's own is no question, unless going back is not safe any more. */
  private asksAbout(failure: Failure): boolean {
    return this.pastReturn || (this.plan.onFailure === 'ask' && isMendable(failure));
  }

  /** One question at a time: steps that fail side by side are asked about one after the other. */
  private async ask(step: Step, id: string, failure: Failure, answers: () => Answers): Promise<Answer> {
    const asked = this.questions.then(async () => {
      // Its host may have been excluded while others were asked about.
      if (this.isExcluded(step)) return 'exclude-host';
      const answer = await this.ports.ask(step, id, failure, answers());
      if (answer === 'exclude-host') this.excluded.add(step.operation.host);
      return answer;
    });
    this.questions = asked.catch(() => undefined);
    return await asked;
  }

  private forward({ operation: { host } }: Step): Answers {
    const excludes = canDoWithout(this.plan, host, this.excluded, (operation) => !this.done.has(operation));
    return {
      retry: 'do the step once more',
      skip: 'go on as if the step had been done',
      ...(excludes && { 'exclude-host': goOnWithout(host) }),
      rollback: 'undo the steps before it that can be undone',
    };
  }

  private back({ operation: { host } }: Step): Answers {
    const excludes = canDoWithout(this.plan, host, this.excluded, () => false);
    return {
      retry: 'undo the step once more',
      skip: 'leave the step as it is and undo the rest',
      ...(excludes && {
        'exclude-host': `leave all of ${host} as it is and undo the rest: it is brought level by the next rollout that finds it back`,
      }),
    };
  }

  private isExcluded({ operation }: Step): boolean {
    return this.excluded.has(operation.host);
  }

  /** Newest batch first; returns what was undone, in that order. */
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

  /** After the commit: what fails or is stopped is told, and takes nothing back. */
  async tidy(phase: PhaseName, batch: Step[]): Promise<string[]> {
    const left: string[] = [];
    const tidyOne = async (step: Step) => {
      const id = stepId(phase, step);
      await this.ports.perform(step, id).catch((error: unknown) => left.push(`${id}: ${wordsOfCause(error)}`));
    };
    await this.ports.together(batch.filter((step) => !this.isExcluded(step)).map((step) => () => tidyOne(step)));
    return left;
  }
}

function explain(error: unknown): { cancelled: boolean; failure: Failure } {
  if (error instanceof StepFailed) return { cancelled: false, failure: error.failure };
  if (error instanceof Stopped) return { cancelled: true, failure: { kind: 'stopped', message: error.message } };
  // Nobody foresaw it. The environment goes back all the same, and the words are kept.
  return { cancelled: false, failure: { kind: 'unexpected', message: wordsOfCause(error) } };
}

const before = (plan: Plan, name: PhaseName) => plan.phases.slice(0, indexOf(plan, name));
const after = (plan: Plan, name: PhaseName) => plan.phases.slice(indexOf(plan, name) + 1);
function indexOf(plan: Plan, name: PhaseName): number {
  const index = plan.phases.findIndex((phase) => phase.name === name);
  return index < 0 ? plan.phases.length : index;
}
