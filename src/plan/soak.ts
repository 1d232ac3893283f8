import type { Verification } from '../manifest/kinds';
import type { EnvironmentRecord } from '../manifest/record/record';
import type { Step } from '../model/plan';
import { servicesOn, targetsOf } from '../model/target';
import type { SoakOptions } from './targets/parts';
import { serviceOf, VERIFICATIONS } from '../model/verification';

/** Instances are watched and verifications run at the same time, on every kind of target alike; the first that fails ends the soak. */
export function soak(after: EnvironmentRecord, release: string, options: SoakOptions = {}): Step[] {
  const { targets: among = after.targets.map(({ name }) => name), forMs = after.soakMs, shareOn } = options;
  const scopeOf = (target: string) => ({ target, release, ...(shareOn && { part: shareOn(target) }) });
  const watched = forMs > 0 ? among.filter((target) => hasInstances(after, target)) : [];
  return [
    ...watched.map((target): Step => ({ operation: { name: 'watchInstances', ...scopeOf(target), forMs } })),
    ...after.verifications.flatMap((verification, index) => {
      const { title } = verification;
      const over = VERIFICATIONS[verification.kind].over ? { forMs } : {};
      return placesOf(after, verification, among).map((target): Step => ({
        operation: { name: 'verify', ...scopeOf(target), index, title, ...over },
      }));
    }),
  ];
}

const hasInstances = (after: EnvironmentRecord, target: string) =>
  servicesOn(after, target).some(({ kind }) => !['accessory', 'one-off'].includes(kind));

function placesOf(after: EnvironmentRecord, verification: Verification, among: string[]): string[] {
  const { where } = VERIFICATIONS[verification.kind];
  if (where === 'once') return among.slice(0, 1);
  const service = after.services.find(({ name }) => name === serviceOf(verification));
  const there = service ? targetsOf(after, service).filter((target) => among.includes(target)) : [];
  return where === 'every-target' ? there : there.slice(0, 1);
}
