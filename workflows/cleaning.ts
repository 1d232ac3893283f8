import { uuid4, workflowInfo } from '@temporalio/workflow';
import type { Retention, Spare } from '../src/model/ledger/cleaning';
import type { RegistryAccess } from '../src/model/release';
import type { Signature } from '../src/model/approval/statement';
import { long } from './shared/activities';
import { now } from './shared/announce';
import { list, page, plain, showState, showSubject } from './shared/show';

export interface CleaningRequest extends Retention {
  app: string;
  registry?: RegistryAccess;
  by: string;
  signed?: Signature;
}

/** Removes from the registry what no environment may go back to, and nothing else. What went. */
export async function cleaning(request: CleaningRequest): Promise<Spare> {
  const { app, by } = request;
  showSubject({ app });
  const title = `## Cleaning of ${app}`;
  showState('running', page(title, `Requested by ${plain(by)}.`));
  const input = { ...request, at: now(), id: `${workflowInfo().workflowId}/${uuid4()}` };
  const gone = await long.cleanRegistry(input);
  showState(
    'done',
    page(title, list([`${gone.manifests.length} manifests`, `${gone.entries.count} entries of the ledger`])),
  );
  return gone;
}
