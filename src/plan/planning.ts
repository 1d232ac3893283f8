import type { EnvironmentRecord, ReleaseRecord } from '../manifest/record';
import type { RolloutRequest } from '../model/environment';
import type { ObservedHost, Observed } from '../model/observed';
import type { Failure } from '../model/failure';
import type { SecretHashes } from '../model/secret';
import { homeless } from './exclude';

/** Everything that a plan follows from. Nothing else may: no clock, no randomness, nothing fleeting. */
export interface PlanningInput {
  app: string;
  environment: string;
  /** `before` commands run only on the way to a new release; going back runs none. */
  kind: RolloutRequest['kind'];
  /** Undefined takes the environment to nothing. */
  wanted?: ReleaseRecord;
  /** What the environment is recorded to be on. */
  current?: ReleaseRecord;
  /** A release whose rollout was terminated: it may stand on its hosts still. */
  left?: ReleaseRecord;
  /** On leaving windlass, what docker compose ran before is started again. */
  startComposed?: boolean;
  observed: Observed;
  /** Hosts that operators left out: one that is not observed either stays left out, one that is back is brought level. */
  excluded?: string[];
  /** The hash of each wanted accessory's specification, as its container's label would say it. */
  accessorySpecs: Record<string, string>;
  /** The environment's network: names of its releases' networks begin with it. */
  home: string;
  /** Where the proxy listens on every host: `80`, `127.0.0.1:8080`. */
  proxyHttp: string;
  /** Where requests could come in at a proxy that is made now; `web` alone where that is not said. */
  entryPoints?: string[];
  /** Images that stay on the hosts, besides those in use. */
  keepImages: string[];
  /** Hashes of the values of the wanted release's secrets as they are now, and by release as they were when it ran. */
  secrets?: { now: SecretHashes; ran: Record<string, SecretHashes> };
}

/** What cannot be planned, and why, for people. */
export class Refused extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

/** The hosts of the environment that take part: not those that are left out and did not come back. */
export function takingPart({ excluded = [], observed }: PlanningInput, after: EnvironmentRecord): EnvironmentRecord {
  const hosts = after.hosts.filter(({ name }) => !excluded.includes(name) || observed.hosts[name]);
  const nowhere = homeless(after, hosts);
  if (nowhere.length === 0) return { ...after, hosts };
  throw new Refused({
    kind: 'no-host-left',
    message:
      `${nowhere.join(', ')} of ${after.name} would run nowhere: ${excluded.join(', ')} is excluded and ` +
      `does not answer. See that it is back, or say in the manifest where else they run`,
  });
}

/** The frozen configuration of the environment in a release. */
export function environmentOf(record: ReleaseRecord, environment: string): EnvironmentRecord {
  const found = record.environments.find((one) => one.name === environment);
  if (found) return found;
  const known = record.environments.map((one) => one.name).join(', ');
  throw new Refused({
    kind: 'no-such-environment',
    message: `release ${record.release} has no environment ${environment}. It has: ${known}`,
  });
}

/** What was found on a host; nothing where it was never seen. */
export const observedOn = (observed: Observed, host: string): ObservedHost =>
  observed.hosts[host] ?? { containers: [], networks: [] };
