import { approved, record, registry, signature } from '../src/model/messages';
import type { ReleaseRequest } from '../src/model/release';
import {
  count,
  flag,
  list,
  mark,
  name,
  object,
  optional,
  prose,
  type Reader,
  table,
  text,
  word,
  words,
} from '../src/model/text/read';
import type { BootstrapRequest } from './bootstrap';
import type { CleaningRequest } from './cleaning';
import type { EjectInput } from './eject';
import type { EnvironmentInput } from './environment/environment-writer';
import type { ForgetInput } from './forget';
import type { HostsInput } from './hosts';
import type { InspectionInput } from '../src/model/inspection';
import type { RecoveryRequest } from './recovery';
import type { RollbackInput } from './rollback';
import type { RolloutInput } from './rollout';

/** What each workflow is started with. */
export interface Starts {
  bootstrap: BootstrapRequest;
  cleaning: CleaningRequest;
  eject: EjectInput;
  environment: EnvironmentInput;
  forget: ForgetInput;
  hosts: HostsInput;
  inspection: InspectionInput;
  recovery: RecoveryRequest;
  release: ReleaseRequest;
  rollback: RollbackInput;
  rollout: RolloutInput;
}

/** Looked at so far that the workflow can say what is wrong with the rest, and passed on as it is. */
const passed =
  <T>(reader: Reader<unknown>): Reader<T> =>
  (value, at) => {
    reader(value, at);
    return value as T;
  };

const anything: Reader<unknown> = (value) => value;
const place = { app: name, environment: name };
const asked = { ...place, by: words, reason: prose, signed: optional(signature) };
const state = object({
  ...place,
  committed: list(object({ record })),
  queue: list(object({ id: name })),
  counter: count,
});

/**
 * How each start is read. Anyone who reaches Temporal can start any of them: what cannot be read ends at once with a sentence, and does
 * not keep the id that a release or an environment needs.
 */
export const STARTS: { [Name in keyof Starts]: Reader<Starts[Name]> } = {
  bootstrap: passed(
    object({
      ...place,
      steps: list(object({ host: object({ name }), does: word('none', 'start', 'replace'), what: words })),
      by: words,
    }),
  ),
  cleaning: passed(object({ app: name, keep: count, ledger: count, registry: optional(registry), by: words })),
  eject: object<EjectInput>({ ...asked, startComposed: optional(flag), approved: optional(approved) }),
  environment: passed(object({ ...place, state: optional(state) })),
  forget: object<ForgetInput>({ ...asked, service: name }),
  hosts: passed(object({ scope: object(place), steps: list(anything) })),
  inspection: passed(object({ kind: name })),
  recovery: passed(object({ app: name, states: list(state), by: words, reason: prose })),
  release: object<ReleaseRequest>({
    app: name,
    release: name,
    source: object({ url: text, commit: name, folder: optional(text) }),
    images: optional(table(text)),
    startedBy: words,
    acceptEmpty: optional(list(name, 100)),
    fresh: optional(flag),
    acceptRepository: optional(mark),
    signed: optional(signature),
  }),
  rollback: object<RollbackInput>({ ...asked, release: optional(name), acceptEmpty: optional(list(name, 100)) }),
  rollout: passed(
    object({
      ...place,
      request: object({ id: name, kind: name, by: words }),
      keep: list(record),
      ran: table(anything),
      counter: count,
    }),
  ),
};
