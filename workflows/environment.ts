import { allHandlersFinished, condition, continueAsNew } from '@temporalio/workflow';
import { type EnvironmentInput, EnvironmentWriter } from './environment/environment-writer';

/** The single writer of an environment. It never ends, and runs one rollout at a time. */
export async function environment(input: EnvironmentInput): Promise<void> {
  const writer = new EnvironmentWriter(input);
  for (;;) {
    await condition(() => writer.hasWork() || writer.isLong());
    if (writer.hasWork()) await writer.carryOutNext();
    else {
      await condition(allHandlersFinished);
      // a message that arrived while handlers finished is handled in this run
      if (!writer.hasWork()) await continueAsNew<typeof environment>({ ...input, state: writer.handOver() });
    }
  }
}
