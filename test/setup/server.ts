import { TestWorkflowEnvironment } from '@temporalio/testing';
import { parts } from './parts';

/**
 * A test environment on the Temporal server of this run: `client`, `nativeConnection` for workers, and `teardown`,
 * which closes the connections and leaves the server to the other tests. Use a task queue and workflow ids of your own.
 */
export function testServer(): Promise<TestWorkflowEnvironment> {
  return TestWorkflowEnvironment.createFromExistingServer({ address: parts().temporal.address });
}
