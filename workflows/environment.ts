import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  makeContinueAsNewFunc,
  workflowInfo,
} from '@temporalio/workflow';
import { wordsOfCause } from '../src/model/failure';
import { environmentId } from '../src/model/names';
import { type EnvironmentInput, EnvironmentWriter } from './environment/environment-writer';

/** The single writer of an environment. It never ends, and runs one rollout at a time. */
export async function environment(input: EnvironmentInput): Promise<void> {
  const writer = begin(input);
  for (;;) {
    await condition(() => writer.hasWork() || writer.isLong());
    if (writer.hasWork()) await writer.carryOutNext();
    else {
      await condition(allHandlersFinished);
      // a message that arrived while handlers finished is handled in this run
      if (!writer.hasWork()) await continueAsNew({ ...input, state: writer.handOver() });
    }
  }
}

/** One under another id would be a second writer, and one whose state cannot be read would keep the id without doing anything. */
function begin(input: EnvironmentInput): EnvironmentWriter {
  const id = environmentId(input.app, input.environment);
  if (workflowInfo().workflowId !== id) throw refused(`its id is ${workflowInfo().workflowId}. Expected ${id}`);
  try {
    return new EnvironmentWriter(input);
  } catch (error) {
    throw refused(`its state cannot be read: ${wordsOfCause(error)}`);
  }
}

const refused = (why: string) =>
  ApplicationFailure.nonRetryable(`this environment was started with something else: ${why}`, 'Refused');

/** The input is written as usual: only what arrives is read raw. */
const continueAsNew = (input: EnvironmentInput) => makeContinueAsNewFunc<typeof environment>({ typeInfo: {} })(input);
