import { chooseAccessories } from './services/accessories';
import { aloneFor } from './alone';
import { jobsAmong, runnableJobs } from './services/jobs';
import { awaited, entriesOf } from './services/entries';
import { explain } from './explain';
import { hostPlaces, keptVolumes, nameFolders, placeOf, withHostPlaces } from './folders';
import { fittingNames } from './names';
import { chooseRoutes, isFixed } from './services/routes';
import { chooseSecrets } from './secrets';
import type { DecidedService, Decision, Entry, InitInput } from './types';

/** Decides on a first manifest for a compose project. */
export function decide(input: InitInput): Decision {
  const names = fittingNames(input.app, Object.keys(input.services), input.installation ?? 'windlass');
  const places = hostPlaces(input, names.app);
  const entries = entriesOf(withHostPlaces(input.services, places));
  const isPlaced = (folder: string) => placeOf(folder, places) !== folder;
  const folders = nameFolders(
    (input.folders ?? []).filter((one) => !isPlaced(one)),
    entries,
  );
  const waited = awaited(entries);
  const jobs = jobsAmong(entries, waited);
  const accessories = chooseAccessories(entries, folders, jobs);
  const guessed = runnableJobs(jobs, accessories, waited);
  const oneOffs = new Set([...waited, ...guessed.map(({ name }) => name)]);
  const released = entries.filter(({ name }) => !accessories.has(name) && !oneOffs.has(name));
  const isReleased = (name: string) => released.some((entry) => entry.name === name);
  const routes = chooseRoutes(released);
  const fromHost = entries.some(({ network_mode }) => network_mode === 'host');
  const services = Object.fromEntries(
    entries.flatMap((entry) => {
      const said = guessed.includes(entry)
        ? { completes: true as const }
        : entryFor(entry, { accessories, oneOffs, folders, routes, fromHost });
      return Object.keys(said).length > 0 ? [[entry.name, said]] : [];
    }),
  );
  const exclusive = Object.entries(services).filter(([, { volumes = {} }]) =>
    Object.values(volumes).includes('exclusive'),
  );
  const fixed = released.filter((entry) => isFixed(entry) && services[entry.name]?.publish !== false);
  const reasons = aloneFor(input, entries, fixed);
  const decision: Decision = {
    app: names.app,
    environments: reasons.length > 0 || input.alone ? [names.environments[1]] : names.environments,
    services,
    routes,
    recreate: exclusive.length > 0 || fixed.length > 0,
    folders: { ...folders, ...places },
    ...chooseSecrets(input, entries),
    told: [],
  };
  return {
    ...decision,
    told: explain(input, decision, {
      entries,
      exclusive: exclusive.map(([name]) => name),
      fixed,
      reasons,
      late: jobs.filter(({ name }) => !oneOffs.has(name)).map(({ name, on }) => ({ name, on: on.filter(isReleased) })),
    }),
  };
}

function entryFor(
  entry: Entry,
  {
    accessories,
    oneOffs,
    folders,
    routes,
    fromHost,
  }: {
    accessories: Set<string>;
    oneOffs: Set<string>;
    folders: Record<string, string>;
    routes: Decision['routes'];
    fromHost: boolean;
  },
): DecidedService {
  const { name, ports = [] } = entry;
  const isAccessory = accessories.has(name);
  const volumes = keptVolumes(entry, folders);
  if (oneOffs.has(name)) return {};
  const isRouted = routes.some(({ service }) => service === name);
  const hasOthers = new Set(ports.map(({ target, protocol = 'tcp' }) => `${target}/${protocol}`)).size > 1;
  const isPublished = isFixed(entry) && !(isAccessory && !fromHost);
  const hides = ports.length > 0 && !isPublished && (!isRouted || hasOthers);
  return {
    ...(isAccessory ? { accessory: true } : volumes.length > 0 && !entry.build && { accessory: false }),
    ...(hides && { publish: false as const }),
    ...(!isAccessory &&
      volumes.length > 0 && {
        volumes: Object.fromEntries(
          volumes.map(({ source, read_only }) => [source, read_only ? ('shared' as const) : ('exclusive' as const)]),
        ),
      }),
  };
}
