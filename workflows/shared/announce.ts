import { uuid4, workflowInfo } from '@temporalio/workflow';
import { describeEvent, entryOf, type Event } from '../../src/model/ledger/event';
import type { RegistryAccess } from '../../src/model/release';
import { persistent } from './activities';
import { showNotice } from './show';

/** A listener of events; the ledger's returns its head. `registry` is the ledger's, where known. */
type Listener = (event: Event, registry: RegistryAccess | undefined) => Promise<string | undefined>;

/** To add one (a notification): a line here, behind `patched()` if it runs an activity. */
const LISTENERS: Listener[] = [showEvent, writeToLedger];

/** Tells all listeners of an event and waits for them. Returns the head of the ledger, where it has the event. */
export async function announce(event: Event, registry: RegistryAccess | undefined): Promise<string | undefined> {
  const heads = await Promise.all(LISTENERS.map((listener) => listener(event, registry)));
  return heads.find((head) => head !== undefined);
}

async function showEvent(event: Event): Promise<undefined> {
  showNotice(describeEvent(event));
}

/**
 * The workflow makes the id, with random numbers that are the same in a replay, so that a retry
 * writes the same entry.
 */
async function writeToLedger(event: Event, registry: RegistryAccess | undefined): Promise<string | undefined> {
  const entry = entryOf(event);
  if (!entry || !registry) return undefined;
  const id = `${workflowInfo().workflowId}/${uuid4()}`;
  const summary = `${[entry.kind, entry.environment].filter(Boolean).join(' ')}: ${entry.what}`.slice(0, 120);
  const entries = { registry, entry: { id, at: now(), ...entry } };
  // An activity of an earlier version tells no head.
  return (await persistent.appendLedger.executeWithOptions({ summary }, [entries])) ?? undefined;
}

export const now = () => new Date().toISOString();
