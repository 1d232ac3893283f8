import type { Image, Images } from '../../parts/image/images';
import type { PartName } from '../../parts/find/missing';
import { whyNoKubernetes } from '../../parts/kubernetes/cluster';

/** The real parts that all tests of a run share: addresses, to be used only within `describeWith`. */
export interface SharedParts {
  /** A folder of this run, removed at its end. */
  dir: string;
  temporal: { address: string; uiUrl: string; cli: string; pid: number };
  /** DOCKER_HOST's form; `own` where it was started for this run alone. */
  engine: { host: string; own: boolean };
  registry: { address: string };
  compose: { command: string[] };
  images: Images;
  nginx: Image;
  node: Image;
  /** Test hosts can be made here; a test that needs some makes them: `startHosts` in parts/host/hosts.ts. */
  hosts: boolean;
  /** So can a swarm: `startSwarm` in parts/host/swarm.ts. */
  swarm: boolean;
  postgres: Image;
  /** And a Kubernetes: `startKubernetes` in parts/kubernetes/cluster.ts. */
  kubernetes: boolean;
}

/** How the setup hands them to the tests, which run in processes of their own. */
export const VARIABLE = 'WINDLASS_TEST_PARTS';

export interface Handed extends Partial<SharedParts> {
  /** Why a part could not be had. */
  missing: Partial<Record<Lacking, string>>;
}

type Lacking = PartName | 'hosts' | 'swarm' | 'kubernetes';

const handed = (): Handed => JSON.parse(process.env[VARIABLE] ?? '{"missing":{}}') as Handed;

/** The addresses of the parts of this run. */
export function parts(): SharedParts {
  return handed() as unknown as SharedParts;
}

/** As `describe`, but skipped, with the reason in its name, when one of these parts cannot be had on this machine. */
export function describeWith(wanted: Exclude<keyof SharedParts, 'dir'>[], name: string, tests: () => void): void {
  const { missing, ...had } = wanted.includes('kubernetes') ? withKubernetes(handed()) : handed();
  const lacking = wanted.find((part) => !had[part]);
  if (lacking) describe.skip(`${name} [skipped: ${reasonFor(lacking, missing)}]`, tests);
  else describe(name, tests);
}

/** Looked for at the last moment: a first run builds it while other tests run. */
function withKubernetes(others: Handed): Handed {
  const why = whyNoKubernetes();
  return { ...others, kubernetes: why === undefined, missing: { ...others.missing, ...(why && { kubernetes: why }) } };
}

/** The reporter finds the reason by its brackets. */
function reasonFor(part: Lacking, missing: Handed['missing']): string {
  const reason = missing[part] ?? `${part}: is not started for these tests, see test/setup/start.ts`;
  return reason.replaceAll('[', '(').replaceAll(']', ')');
}
