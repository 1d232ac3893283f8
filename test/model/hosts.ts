import type { EnvironmentRecord, ReleaseRecord } from '../../src/manifest/record/record';
import { instancesOn } from '../../src/model/target';
import { accessoryName, instanceName, backupName, type EnvironmentRef, replicaOf } from '../../src/model/names';
import type { ComposeContainer, ObservedContainer, ObservedHost, ObservedProxy } from '../../src/model/observed';
import { PROXY_CAPABILITIES } from '../../src/model/host/proxy';
import { isNameless, overlap, storesOf } from '../../src/model/container/data';
import { isAlive, sharedStores, type Writer } from '../../src/model/environment/writer';
import type { ServiceScope } from '../../src/model/operations/operation';
import type { Operation, OperationInputs } from '../../src/model/plan';
import type { TargetKind } from '../../src/model/target';
import { asSets, hasOperation, TRAITS } from './kinds';

/** The project of what docker compose runs. */
const COMPOSE_PROJECT = 'shop';

/** One engine with its proxy: what operations change, and what nobody may see broken. */
interface Machine {
  containers: Map<string, ObservedContainer>;
  /** `environment/release` */
  networks: Set<string>;
  /** By environment. */
  routes: Map<string, { release?: string; counter: number; part?: OperationInputs['switchRoutes']['part'] }>;
  proxy?: ObservedProxy;
  /** The proxy listens on port 80. */
  open?: boolean;
  images: Set<string>;
  /** Nothing that windlass does removes one. */
  volumes: Set<string>;
  /** Container → where it lets others write. */
  shared: Map<string, string[]>;
  /** What runs on there, and is windlass's no longer. */
  left: ObservedContainer[];
}

/** What an action of a rollout needs to know besides its operation. */
export interface Scope {
  environment: string;
  counter: number;
  records: Map<string, ReleaseRecord>;
}

/** The engine or proxy refuses; the words are its own. */
export class EngineRefuses extends Error {}

/**
 * Simulated hosts: containers by name, specification and state, networks, routes with their counter, accessories, one-off
 * commands and what they did to the data. Each operation is as convergent as the real one, and refuses what engines refuse.
 */
export class SimulatedHosts {
  private readonly machines = new Map<string, Machine>();
  /** What `before` commands did and was not undone, by environment: `release/service#index`, oldest first. */
  readonly data = new Map<string, string[]>();
  /** What docker compose made, by `environment/host`. */
  readonly composed = new Map<string, ComposeContainer[]>();
  /** One-off containers that are kept, so that none runs twice. */
  private readonly oneOffs = new Set<string>();
  private made = 0;

  constructor(
    private readonly place: Omit<EnvironmentRef, 'environment'> = { installation: 'windlass', app: 'shop' },
    /** All of them. */
    readonly kind: TargetKind = 'docker',
  ) {}

  machine(host: string): Machine {
    const known = this.machines.get(host);
    if (known) return known;
    const made = {
      containers: new Map(),
      networks: new Set<string>(),
      routes: new Map(),
      images: new Set<string>(),
      volumes: new Set<string>(),
      shared: new Map<string, string[]>(),
      left: [],
    };
    this.machines.set(host, made);
    return made;
  }

  /** What planning finds. */
  observe(environment: string, hosts: string[]): { targets: Record<string, ObservedHost> } {
    return { targets: Object.fromEntries(hosts.map((host) => [host, this.observeHost(environment, host)])) };
  }

  private observeHost(environment: string, host: string): ObservedHost {
    const { hasSets, sees } = TRAITS[this.kind];
    const found = this.observeContainers(environment, host);
    const containers = hasSets ? asSets(found.containers) : found.containers;
    return { ...found, containers, ...sees?.(host, found) };
  }

  private observeContainers(environment: string, host: string): ObservedHost {
    const { containers, networks, routes, proxy } = this.machine(host);
    const own = [...containers.values()].filter(({ name }) => name.startsWith(`${this.prefix(environment)}-`));
    const route = routes.get(environment);
    const composed = this.composed.get(`${environment}/${host}`);
    return {
      containers: structuredClone(own).sort((a, b) => (a.name < b.name ? -1 : 1)),
      networks: [...networks]
        .filter((key) => key.startsWith(`${environment}/`))
        .map((key) => key.slice(environment.length + 1))
        .sort(),
      ...(route && { routes: { release: route.release, counter: route.counter } }),
      ...(proxy && { proxy: { ...proxy } }),
      ...(composed && { composed: structuredClone(composed) }),
      writers: this.writers(host, environment),
      volumes: Object.fromEntries(
        [...this.machine(host).volumes].map((name) => [name, { driver: 'local', options: {} }]),
      ),
    };
  }

  /** The newest rollout that set routes of the environment anywhere. */
  newestCounter(environment: string): number {
    const counters = [...this.machines.values()].map(({ routes }) => routes.get(environment)?.counter ?? 0);
    return Math.max(0, ...counters);
  }

  /** What runs in the environment, over all hosts: the services of each release, as `aaa: api web`. */
  running(environment: string): string[] {
    return describeRunning([...this.machines.keys()].flatMap((host) => this.observeHost(environment, host).containers));
  }

  /** As `running`, of what nobody stopped when windlass left. */
  runningOn(): string[] {
    return describeRunning([...this.machines.values()].flatMap(({ left }) => asSets(left)));
  }

  /** The instances of a routed service that the proxy would call and that would not answer: must be none, ever. */
  broken(scope: Scope, hosts: string[]): string[] {
    return hosts.flatMap((host) => {
      const { containers, routes } = this.machine(host);
      const { release, part } = routes.get(scope.environment) ?? {};
      if (release === undefined) return [];
      const { beside } = part ?? {};
      return [
        ...this.routed(scope, release, host, part?.instances),
        ...(beside ? this.routed(scope, beside.release, host, beside.instances) : []),
      ]
        .filter((name) => containers.get(name)?.state !== 'running')
        .map((name) => `${host}: requests go to ${name}, which does not run`);
    });
  }

  /** Two containers that write to one place, which neither they nor `models` have them share: must be none, ever. */
  twoWriters(host: string, environment: string, models: EnvironmentRecord[] = []): string[] {
    const alive = this.writers(host, environment).filter(isAlive);
    const isMeant = (one: Writer, other: Writer) => models.some((model) => isOf(model, one) && isOf(model, other));
    const clash = (one: Writer, other: Writer) =>
      !isMeant(one, other) &&
      one.stores.some((store) =>
        other.stores.some((place) => overlap(place, store) && !(sharesAll(one, place) && sharesAll(other, store))),
      );
    return alive.flatMap((one, index) =>
      alive
        .slice(index + 1)
        // Those of another environment are that one's to keep apart.
        .filter((other) => !(one.of && (other.of || other.composed)))
        .flatMap((other) => (clash(one, other) ? [`${one.name} and ${other.name} both write`] : [])),
    );
  }

  private writers(host: string, environment: string): Writer[] {
    const { containers, shared } = this.machine(host);
    const made = [...this.composed].flatMap(([key, all]) => (key.endsWith(`/${host}`) ? all : []));
    const composed = made.map(({ id, name, writes = [], state, restart, service }): Writer => ({
      id,
      name,
      stores: writes.map(({ store }) => store),
      state,
      restart,
      composed: { project: COMPOSE_PROJECT, service },
    }));
    const ours = [...containers.values()]
      .filter(({ writes }) => writes)
      .map(({ id, name, writes = [], state, restart, role, service, release }) => ({
        id,
        name,
        stores: writes.map(({ store }) => store),
        state,
        restart,
        shared: shared.get(id) ?? [],
        ...(name.startsWith(`${this.prefix(environment)}-`)
          ? { own: { role, service, release } }
          : { of: 'another environment' }),
      }));
    return [...ours, ...composed];
  }

  /** Two containers that work on the data of one accessory: must be none, ever. */
  doubled(hosts: string[]): string[] {
    return hosts.flatMap((host) => {
      const alive = [...this.machine(host).containers.values()].filter(
        (c) => c.role !== 'instance' && c.state === 'running',
      );
      const composed = [...this.composed.entries()]
        .filter(([key]) => key.endsWith(`/${host}`))
        .flatMap(([, all]) => all.filter(({ state, service }) => state === 'running' && service === 'db'));
      const services = [...alive, ...composed].map(({ service }) => service);
      return services
        .filter((one, index) => services.indexOf(one) !== index)
        .map((one) => `${host}: two of ${one} run`);
    });
  }

  private routed(scope: Scope, release: string, host: string, first: Record<string, number> = {}): string[] {
    const routes = this.environment(scope, release)?.routes ?? [];
    return this.instances(scope, release, host)
      .filter(({ service, replica }) => replica <= (first[service.name] ?? Infinity))
      .filter(({ service }) => routes.some((route) => route.service === service.name))
      .map(({ name }) => name);
  }

  /** Does the operation. Throws `EngineRefuses` where a real engine or proxy would refuse. */
  apply(scope: Scope, operation: Operation): void {
    if (!hasOperation(this.kind, operation.name)) throw new TypeError(`${this.kind} has no ${operation.name}`);
    const action = this.actions[operation.name] as (scope: Scope, input: Operation) => void;
    action(scope, operation);
  }

  private readonly actions: {
    [Name in keyof OperationInputs]: (scope: Scope, input: OperationInputs[Name]) => void;
  } = {
    ensureProxy: ({ environment }, { target: host, closed }) => {
      this.machine(host).proxy ??= {
        kind: 'simulated',
        can: [...PROXY_CAPABILITIES],
        image: 'proxy',
        state: 'running',
        listens: ['http'],
      };
      if (!closed) this.open(environment, host);
    },
    openProxy: ({ environment }, { target: host }) => this.open(environment, host),
    closeProxy: (_, { target: host }) => void (this.machine(host).open = false),
    stopComposed: ({ environment }, { target: host, container }) =>
      this.setComposed(environment, host, container, { state: 'exited', restart: { name: 'no' } }),
    startComposed: ({ environment }, { target: host, container, restart }) =>
      this.setComposed(environment, host, container, { state: 'running', restart }),
    releaseComposed: ({ environment }, { target: host, container, restart }) =>
      this.setComposed(environment, host, container, { restart }),
    leaveHost: (_, { target: host }) => {
      delete this.machine(host).proxy;
      this.machine(host).open = false;
    },
    leaveSwarm: (_, { target: host }) => {
      this.machine(host).proxy = undefined;
      this.machine(host).open = false;
    },
    leaveNamespace: ({ environment }, { target: host }) => {
      const { containers, left, networks, routes } = this.machine(host);
      for (const one of this.observeContainers(environment, host).containers) {
        left.push(one);
        containers.delete(one.name);
      }
      for (const key of networks) if (key.startsWith(`${environment}/`)) networks.delete(key);
      routes.delete(environment);
    },
    pruneSecrets: () => undefined,
    pullImage: (scope, { target: host, release, service }) =>
      void this.machine(host).images.add(this.service(scope, release, service).image),
    createNetworks: ({ environment }, { target: host, release }) =>
      void this.machine(host).networks.add(`${environment}/${release}`),
    removeNetworks: ({ environment }, { target: host, release }) => {
      const inUse = [...this.machine(host).containers.values()].filter(
        (c) => c.release === release && c.role === 'instance' && c.name.startsWith(this.prefix(environment)),
      );
      if (inUse.some(({ state }) => state === 'running'))
        throw new EngineRefuses(`network of ${release} on ${host} has active endpoints`);
      for (const key of this.oneOffs)
        if (key.startsWith(`${host}/${environment}/${release}/`)) this.oneOffs.delete(key);
      this.machine(host).networks.delete(`${environment}/${release}`);
    },
    startAccessory: (scope, { target: host, release, service, adopts, inherits }) => {
      if (adopts) return this.setComposed(scope.environment, host, adopts, { state: 'running' });
      this.requireReady(scope, host, release, service);
      const name = accessoryName(this.at(scope.environment), service);
      const former =
        this.machine(host).containers.get(inherits ?? '') ??
        this.composeContainersOn(scope.environment, host).find((one) => one.name === inherits);
      this.start(host, name, { role: 'accessory', service, release }, scope, former);
    },
    removeAccessory: ({ environment }, { target: host, release, service }) => {
      const name = accessoryName(this.at(environment), service);
      const { containers } = this.machine(host);
      if (containers.get(name)?.release === release) containers.delete(name);
    },
    setAsideAccessory: ({ environment }, { target: host, release, service }) =>
      this.setAside(environment, host, service, release),
    recreateAccessory: (scope, { target: host, release, service, composed }) => {
      this.requireReady(scope, host, release, service);
      if (composed) this.setComposed(scope.environment, host, composed, { state: 'exited', restart: { name: 'no' } });
      const name = accessoryName(this.at(scope.environment), service);
      const found = this.machine(host).containers.get(name);
      if (found && found.spec !== this.service(scope, release, service).image)
        this.setAside(scope.environment, host, service, release);
      const former = composed
        ? this.composeContainersOn(scope.environment, host).find((one) => one.name === composed)
        : this.machine(host).containers.get(backupName(this.at(scope.environment), service, release));
      this.start(host, name, { role: 'accessory', service, release }, scope, former);
    },
    restoreAccessory: (scope, { target: host, release, service, restart, composed }) => {
      const name = accessoryName(this.at(scope.environment), service);
      const { containers } = this.machine(host);
      if (composed) {
        containers.delete(name);
        return this.setComposed(scope.environment, host, composed, { state: 'running', restart });
      }
      const kept = containers.get(backupName(this.at(scope.environment), service, release));
      if (kept) {
        containers.delete(kept.name);
        containers.set(name, { ...kept, name, role: 'accessory', state: 'running', restart });
      }
    },
    discardAccessory: ({ environment }, { target: host, release, service }) =>
      void this.machine(host).containers.delete(backupName(this.at(environment), service, release)),
    runOneOff: (scope, { target: host, release, service, index, undo }) => {
      const { environment } = scope;
      const key = `${host}/${environment}/${release}/${service}#${index}`;
      const done = `${release}/${service}#${index}`;
      const data = this.data.get(environment) ?? [];
      if (undo) {
        if (this.oneOffs.delete(key)) this.data.set(environment, without(data, done));
        return;
      }
      this.requireReady(scope, host, release, service);
      if (this.oneOffs.has(key)) return;
      this.oneOffs.add(key);
      this.data.set(environment, [...data, done]);
    },
    startInstances: (scope, { count, ...input }) => {
      for (let replica = 1; replica <= count; replica += 1) this.actions.startInstance(scope, { ...input, replica });
    },
    stopInstances: (scope, { left, ...input }) => {
      for (const replica of this.beyond(scope, input, left)) this.actions.stopInstance(scope, { ...input, replica });
    },
    removeInstances: (scope, { left, ...input }) => {
      for (const replica of this.beyond(scope, input, left)) this.actions.removeInstance(scope, { ...input, replica });
    },
    startInstance: (scope, { target: host, release, service, replica }) => {
      this.requireReady(scope, host, release, service);
      const name = instanceName(this.at(scope.environment), release, service, replica);
      this.start(host, name, { role: 'instance', service, release }, scope);
    },
    stopInstance: ({ environment }, { target: host, release, service, replica }) => {
      const name = instanceName(this.at(environment), release, service, replica);
      const found = this.machine(host).containers.get(name);
      if (found) found.state = 'exited';
    },
    removeInstance: ({ environment }, { target: host, release, service, replica }) =>
      void this.machine(host).containers.delete(instanceName(this.at(environment), release, service, replica)),
    switchRoutes: (scope, { target: host, release, part }) => {
      const { environment, counter } = scope;
      const { routes, proxy } = this.machine(host);
      const hasEntry = TRAITS[this.kind].hasOwnEntry ?? proxy;
      if (!hasEntry && (release === undefined || this.routed(scope, release, host).length === 0)) return;
      if (!hasEntry) throw new EngineRefuses(`there is no proxy on ${host}`);
      const newest = routes.get(environment)?.counter ?? 0;
      if (counter < newest) throw new EngineRefuses(`the routes were set by rollout ${newest} already`);
      routes.set(environment, { release, counter, ...(part && { part }) });
    },
    watchInstances: (scope, { target: host, release, part }) => {
      const gone = this.instances(scope, release, host)
        .filter(({ service }) => !part || service.kind !== 'background')
        .filter(({ service, replica }) => replica <= (part?.instances?.[service.name] ?? Infinity))
        .filter(({ name }) => this.machine(host).containers.get(name)?.state !== 'running');
      const names = gone.map(({ name }) => name).join(', ');
      if (gone.length > 0) throw new EngineRefuses(`${names} on ${host} does not run`);
    },
    verify: () => undefined,
    pruneImages: (_, { target: host, keep }) => {
      const { images, containers } = this.machine(host);
      const used = new Set([...containers.values()].map(({ image }) => image));
      for (const image of images) if (!keep.includes(image) && !used.has(image)) images.delete(image);
    },
  };

  /** The replicas of a set that are there beyond the first `left`. */
  private beyond({ environment }: Scope, { target, release, service }: ServiceScope, left: number): number[] {
    return [...this.machine(target).containers.values()]
      .filter((one) => one.role === 'instance' && one.release === release && one.service === service)
      .filter(({ name }) => name.startsWith(this.prefix(environment)))
      .map(({ name }) => replicaOf(name, service))
      .filter((replica) => replica > left);
  }

  private setAside(environment: string, host: string, service: string, release: string): void {
    const { containers } = this.machine(host);
    const found = containers.get(accessoryName(this.at(environment), service));
    if (!found) return;
    const name = backupName(this.at(environment), service, release);
    containers.delete(found.name);
    containers.set(name, { ...found, name, role: 'kept', state: 'exited', restart: { name: 'no' } });
  }

  /** Two cannot listen on one port of a host. */
  private open(environment: string, host: string): void {
    if (this.composeContainersOn(environment, host).some((one) => one.state === 'running' && holdsPort(one)))
      throw new EngineRefuses(`port 80 of ${host} is already allocated`);
    this.machine(host).open = true;
  }

  private setComposed(environment: string, host: string, name: string, to: Partial<ComposeContainer>): void {
    const found = this.composeContainersOn(environment, host).find((one) => one.name === name);
    if (found && to.state === 'running' && holdsPort(found) && this.machine(host).open)
      throw new EngineRefuses(`port 80 of ${host} is already allocated`);
    Object.assign(found ?? {}, to);
  }

  private composeContainersOn = (environment: string, host: string): ComposeContainer[] =>
    this.composed.get(`${environment}/${host}`) ?? [];

  private instances(scope: Scope, release: string, host: string) {
    const record = this.environment(scope, release);
    return (record ? instancesOn(record, host) : [])
      .filter(({ service }) => service.kind !== 'accessory')
      .map(({ service, replica }) => ({
        service,
        replica,
        name: instanceName(this.at(scope.environment), release, service.name, replica),
      }));
  }

  /** A container is made from an image that is there, in networks that are there. */
  private requireReady(scope: Scope, host: string, release: string, service: string): void {
    const { image } = this.service(scope, release, service);
    if (!TRAITS[this.kind].pullsItself && !this.machine(host).images.has(image))
      throw new EngineRefuses(`no such image on ${host}: ${image}`);
    if (!this.machine(host).networks.has(`${scope.environment}/${release}`))
      throw new EngineRefuses(`no network of ${release} on ${host}`);
  }

  private start(
    host: string,
    name: string,
    who: Pick<ObservedContainer, 'role' | 'service' | 'release'>,
    scope: Scope,
    former?: Pick<ObservedContainer, 'writes'>,
  ): void {
    const { containers } = this.machine(host);
    const found = containers.get(name);
    if (found) found.state = 'running';
    else {
      const id = String((this.made += 1)).padStart(12, '0');
      containers.set(name, {
        ...who,
        ...this.keep(host, id, who, scope, former),
        name,
        id,
        ...this.madeFrom(scope, who),
        state: 'running',
        health: 'healthy',
        restart: { name: 'unless-stopped' },
      });
    }
  }

  /**
   * Where a container writes, and lets others write; its volumes are made. What only its image declares has no name, and is new
   * unless it passes from the former one.
   */
  private keep(
    host: string,
    id: string,
    { service, release }: Pick<ObservedContainer, 'service' | 'release'>,
    scope: Scope,
    former?: Pick<ObservedContainer, 'writes'>,
  ) {
    const model = this.environment(scope, release)!;
    const known = this.service(scope, release, service);
    const isMounted = (target: string) => known.container.mounts.some((mount) => mount.target === target);
    const inherited = (former?.writes ?? []).filter(({ store, target }) => isNameless(store) && !isMounted(target));
    const declared = declaredBy(known.image)
      .filter((target) => !isMounted(target) && !inherited.some((one) => one.target === target))
      .map((target) => ({ target, store: id.padStart(64, '0') }));
    const named = storesOf(model, known).map(({ target, store }) => ({ target, store }));
    const writes = [...named, ...inherited, ...declared];
    if (writes.length === 0) return {};
    for (const { store } of writes) this.machine(host).volumes.add(store);
    this.machine(host).shared.set(id, sharedStores(model, known));
    return { writes };
  }

  /** An accessory's specification is its image here. */
  private madeFrom(scope: Scope, { role, release, service }: Pick<ObservedContainer, 'role' | 'service' | 'release'>) {
    const { image, irreversible } = this.service(scope, release, service);
    return { image, spec: role === 'instance' ? 's' : image, ...(irreversible && { irreversible }) };
  }

  private service(scope: Scope, release: string, service: string) {
    const found = this.environment(scope, release)?.services.find(({ name }) => name === service);
    if (!found) throw new EngineRefuses(`${release} has no service ${service} in ${scope.environment}`);
    return found;
  }

  private environment = ({ records, environment }: Scope, release: string) =>
    records.get(release)?.environments.find(({ name }) => name === environment);

  private at = (environment: string): EnvironmentRef => ({ ...this.place, environment });
  private prefix = (environment: string) => `${this.place.installation}-${this.place.app}-${environment}`;
}

function describeRunning(containers: ObservedContainer[]): string[] {
  const alive = containers.filter(({ state }) => state === 'running');
  const releases = [...new Set(alive.map(({ release }) => release))].sort();
  const servicesOf = (release: string) => alive.filter((c) => c.release === release).map(({ service }) => service);
  return releases.map((release) => `${release}: ${servicesOf(release).sort().join(' ')}`);
}

/** The volumes that an image declares are in its name here. */
const declaredBy = (image: string): string[] => (image.includes('-declaring@') ? ['/data'] : []);

/** The last one of these goes. */
function without(list: string[], one: string): string[] {
  const index = list.lastIndexOf(one);
  return index < 0 ? list : list.toSpliced(index, 1);
}

/** Is it a service of the release, and no other's in its place? */
const isOf = ({ services, project }: EnvironmentRecord, { own, composed }: Writer) =>
  services.some(({ name, kind }) =>
    own
      ? name === own.service && (own.role === 'accessory') === (kind === 'accessory')
      : name === composed?.service && kind === 'accessory' && project === composed.project,
  );

/** Does it let others write wherever it writes to this place? For what docker compose made, the other one's word counts. */
const sharesAll = ({ stores, shared = stores }: Writer, place: string) =>
  stores.filter((store) => overlap(store, place)).every((store) => shared.includes(store));

const holdsPort = ({ ports }: ComposeContainer) => ports.some(({ port }) => port === 80);
