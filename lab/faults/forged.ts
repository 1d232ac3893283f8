import { Client, Connection } from '@temporalio/client';
import type { Decision } from '../../src/model/approval/decision';
import { wordsOfCause } from '../../src/model/failure';

/** Sends a decision past windlass's own commands, as anybody can who reaches Temporal; what the release says against it, or that it was taken. */
export async function sendDecision(address: string, workflowId: string, decision: Decision): Promise<string> {
  const connection = await Connection.connect({ address });
  try {
    const handle = new Client({ connection }).workflow.getHandle(workflowId);
    await handle.executeUpdate('decide', { args: [decision] });
    return 'it was taken';
  } catch (error) {
    return wordsOfCause(error);
  } finally {
    await connection.close();
  }
}
