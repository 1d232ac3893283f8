import { asFound, type VolumeNames } from '../../model/container/data';
import type { Observed, ObservedEngines } from '../../model/observed';
import { byText } from '../../model/text/text-order';

/** What was found on a host; nothing where it was never seen. All targets of an environment are of one kind. */
export const observedOn = ({ targets }: Observed, host: string): ObservedEngines =>
  (targets[host] as ObservedEngines | undefined) ?? { containers: [], networks: [] };

/** An environment with the volumes that the host has: an external one may be a folder, whatever its name says. */
export const asFoundOn = <T extends VolumeNames>(observed: Observed, host: string, model: T): T =>
  asFound(model, observedOn(observed, host).volumes);

/** The same for every host that was seen, by name. */
export const observedHosts = (observed: Observed): [host: string, found: ObservedEngines][] =>
  Object.keys(observed.targets)
    .sort(byText)
    .map((host) => [host, observedOn(observed, host)]);
