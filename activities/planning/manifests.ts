import { findEnvironment } from '../../src/model/environment/find';
import type { Manifests } from '../../src/model/inspection';
import { readPolicy } from '../policy';
import { refuseRecorded } from '../policy/allowed';
import { inContext } from '../rollout/context';
import type { RolloutDeps } from '../rollout/deps';
import { driverOf } from '../targets/driver';
import type { Activities } from '../types';

/** More is no answer that Temporal carries, and nothing that anyone reads. */
const LONGEST = 1_000_000;

/** What is applied for a release; it reads what a rollout reads, and changes nothing. */
export async function describeManifests(
  deps: RolloutDeps,
  { app, environment, record }: Parameters<Activities['describeManifests']>[0],
): Promise<Manifests> {
  const place = { installation: deps.settings.installation, app, environment };
  const wanted = await deps.loadRecord(record);
  const after = findEnvironment(wanted, environment);
  const refuse = (kind: string, message: string): Manifests => ({ refused: { kind, message } });
  if (!after) return refuse('no-such-environment', `release ${record.release} has no ${environment}`);
  const notAllowed = refuseRecorded(await readPolicy(), place, wanted.source, after);
  if (notAllowed) return { refused: notAllowed };
  const texts: string[] = [];
  for (const target of after.targets) {
    const driver = driverOf(deps.drivers, target);
    if (!driver.manifests)
      return refuse(
        'no-manifests',
        `${environment} releases to ${target.kind}, for which no manifests are applied. Leave out --manifests to see the steps`,
      );
    const scope = { app, environment, counter: 0, records: { [record.release]: record } };
    const describe = driver.manifests;
    texts.push(
      await inContext(deps, undefined, { target: target.name, scope }, (ctx) => describe(ctx, record.release)),
    );
  }
  const text = texts.join('---\n');
  if (text.length <= LONGEST) return { text };
  return refuse(
    'too-long',
    `the manifests are ${text.length} characters long, of which ${LONGEST} can be printed. Place smaller files`,
  );
}
