import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { History } from '@temporalio/common/lib/proto-utils';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';

/** Recorded histories, one file each. `WINDLASS_RECORD=1 npx jest test/workflows` records them again; see docs/changing-workflows.md. */
const folder = join(__dirname, 'histories');

export async function storeHistory(name: string, history: History): Promise<void> {
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(JSON.parse(historyToJSON(history)), withoutTraces)}\n`);
}

/** Where the code lay when it was recorded tells nothing, and is nobody's concern. */
const withoutTraces = (key: string, value: unknown) => (key === 'stackTrace' ? '' : value);

/** What is read of one here; the rest is Temporal's affair. */
interface Stored {
  events: { workflowExecutionStartedEventAttributes: { workflowId: string } }[];
}

export const listHistories = () =>
  readdirSync(folder).map((file) => ({
    name: file.replace('.json', ''),
    read: () => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Stored,
  }));
