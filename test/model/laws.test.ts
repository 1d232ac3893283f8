import fc from 'fast-check';
import type { ReleaseRecord } from '../../src/manifest/record/record';
import type { ComposeContainer } from '../../src/model/observed';
import type { Outcome, Plan } from '../../src/model/plan';
import { type TargetKind, USUAL_KIND } from '../../src/model/target';
import { carryOut } from '../../src/plan/carry-out';
import { targetsOf } from '../../src/plan/exclude';
import type { PlanningInput } from '../../src/plan/planning';
import { planRollout } from '../../src/plan/plan-rollout';
import { composed, planning } from '../src/plan/fixtures';
import { ALL_HOSTS, recordOf, shape, type Shape } from './applications';
import { EXAMPLES } from './examples';
import { type Scope, SimulatedHosts } from './hosts';
import { KINDS, TRAITS } from './kinds';
import { Chance, SimulatedPorts } from './ports';

/**
 * The laws of planning and carrying out, over every kind of targets and random applications, hosts, strategies, faults, crashes and
 * messages. The seed of a failure is printed; `WINDLASS_SEED=…` repeats it, `WINDLASS_MODEL_RUNS=…` makes it longer. What was found stays in `examples.ts`.
 */
const RUNS = Number(process.env['WINDLASS_MODEL_RUNS'] ?? 300);
const seed = process.env['WINDLASS_SEED'] ? Number(process.env['WINDLASS_SEED']) : undefined;

const chances = fc.array(fc.nat(15), { maxLength: 80 });
const PRODUCTION = 'production';

/** What docker compose runs of the application on every host; web holds the port that the proxy needs, or another one. */
const composedParts = fc.subarray(['web', 'web80', 'api', 'jobs', 'db', 'mail']);
const composedPart = (part: string): ComposeContainer =>
  part === 'web80'
    ? composed('web', { name: 'shop-web-80', ports: [{ ip: '0.0.0.0', port: 80 }], restart: { name: 'always' } })
    : composed(part, { restart: { name: 'always' } });

/** One environment over many rollouts, as its writer sees it. */
class Site {
  readonly hosts: SimulatedHosts;
  readonly records = new Map<string, ReleaseRecord>();
  current?: ReleaseRecord;
  counter = 0;
  /** As the environment remembers them. */
  excluded: string[] = [];

  /** Hosts that do not answer. */
  away: string[] = [];

  constructor(readonly kind: TargetKind) {
    this.hosts = new SimulatedHosts(undefined, kind);
  }

  release(name: string, wanted: Shape): Plan {
    return this.plan('release', recordOf(name, wanted, this.kind));
  }

  observe(...records: (ReleaseRecord | undefined)[]) {
    const hosts = records.flatMap((one) => one?.environments[0]?.targets.map(({ name }) => name) ?? []);
    return this.hosts.observe(PRODUCTION, [...new Set(hosts)].filter((host) => !this.away.includes(host)).sort());
  }

  plan(kind: PlanningInput['kind'], wanted: ReleaseRecord | undefined): Plan {
    if (wanted) this.records.set(wanted.release, wanted);
    const observed = this.observe(wanted, this.current, ...(kind === 'restore' ? this.records.values() : []));
    const db = wanted?.environments[0]?.services.find(({ name }) => name === 'db');
    const accessorySpecs: Record<string, string> = db ? { db: db.image } : {};
    const { current, excluded } = this;
    const left = kind === 'restore' ? [...this.records.values()].at(-1) : undefined;
    return planRollout(planning({ kind, wanted, current, left, observed, accessorySpecs, excluded }));
  }

  async rollOut(plan: Plan, numbers: number[]) {
    this.counter += 1;
    const ports = new SimulatedPorts(this.hosts, this.scope(), plan, new Chance(numbers));
    const outcome: Outcome | 'terminated' = await ports.drive(carryOut(plan, ports));
    if (ports.committed) {
      this.current = plan.release ? this.records.get(plan.release) : undefined;
      this.excluded = this.excluded.filter((host) => !targetsOf(plan).includes(host));
    }
    this.excluded.push(...ports.excluded);
    return { outcome, ports };
  }

  scope(counter = this.counter): Scope {
    return { environment: PRODUCTION, counter, records: this.records };
  }

  /** All that users and data see of the environment, on every host that was ever used. */
  seen(): Seen {
    const observed = this.hosts.observe(PRODUCTION, ALL_HOSTS);
    const hosts = Object.entries(observed.targets).map(([host, { containers, networks, routes }]) => ({
      host,
      containers: containers.map(({ id, name, state, image }) => `${name} ${id} ${state} ${image}`),
      networks,
      routes: routes?.release,
    }));
    return { hosts, data: this.hosts.data.get(PRODUCTION) ?? [] };
  }
}

interface Seen {
  hosts: { host: string; containers: string[]; networks: string[]; routes?: string }[];
  data: string[];
}

/** What is seen on hosts that are not left out. */
const on = ({ hosts, data }: Seen, without: string[]): Seen => ({
  hosts: hosts.filter(({ host }) => !without.includes(host)),
  data,
});

/** Without what tells one container from another that was made from the same, and without what commands did. */
const standing = ({ hosts }: Seen): Seen['hosts'] =>
  hosts.map((one) => ({ ...one, containers: one.containers.map((line) => line.replace(/ \d{12} /, ' ')) }));

/** A site on which a release was committed without incident. */
async function siteOn(kind: TargetKind, first: Shape | undefined): Promise<Site> {
  const site = new Site(kind);
  if (first) await site.rollOut(site.release('aaa', first), []);
  return site;
}

const isIrreversible = (plan: Plan) =>
  plan.phases.some(({ batches }) => batches.flat().some((step) => step.irreversible));

/** An accessory whose change was said to be irreversible stays as it is, even when somebody goes back. */
const makesDataAnew = (plan: Plan) =>
  plan.phases.some(({ batches }) =>
    batches.flat().some((step) => step.irreversible && step.operation.name === 'recreateAccessory'),
  );

async function hold<Ts extends [unknown, ...unknown[]]>(
  kind: TargetKind,
  name: keyof typeof EXAMPLES,
  arbitraries: { [K in keyof Ts]: fc.Arbitrary<Ts[K]> },
  law: (...args: Ts) => Promise<void>,
): Promise<void> {
  const property = fc.asyncProperty(...arbitraries, law);
  const numRuns = kind === USUAL_KIND ? RUNS : Math.ceil(RUNS / 3);
  const examples = EXAMPLES[name] as unknown as Ts[];
  await fc.assert(property, { numRuns, examples, ...(seed !== undefined && { seed }) });
}

describe.each(KINDS)('the laws of a rollout, %s', (kind) => {
  it('ends all on the new release or all as it was, and never sends requests to what does not run', () =>
    hold(
      kind,
      'allOrNothing',
      [fc.option(shape, { nil: undefined }), shape, chances],
      async (first, second, numbers) => {
        const site = await siteOn(kind, first);
        const before = site.seen();
        const plan = site.release('bbb', second);
        const { outcome, ports } = await site.rollOut(plan, numbers);
        expect(ports.broken).toEqual([]);
        if (outcome === 'terminated') return;
        if (outcome.status === 'undone' && !isIrreversible(plan))
          expect(on(site.seen(), site.excluded)).toEqual(on(before, site.excluded));
        if (outcome.status === 'committed' && outcome.warnings.length === 0)
          expect(standing(on(site.seen(), site.excluded))).toEqual(
            standing(on((await onlyOn(kind, 'bbb', second, first)).seen(), site.excluded)),
          );
      },
    ));

  it('takes over what docker compose runs or leaves it as it was, never two on its data, and leaves it again', () =>
    hold(
      kind,
      'composed',
      [composedParts, shape, shape, chances, chances],
      async (parts, first, second, ...numbers) => {
        const site = new Site(kind);
        const compose = () =>
          [...site.hosts.composed.values()].flat().map(({ name, state, restart }) => [name, state, restart]);
        const { isAlone } = TRAITS[kind];
        if (!isAlone)
          for (const host of ALL_HOSTS) site.hosts.composed.set(`${PRODUCTION}/${host}`, parts.map(composedPart));
        for (const [index, release] of [first, second].entries()) {
          const [before, composedBefore] = [site.seen(), compose()];
          const plan = site.release(['aaa', 'bbb'][index]!, release);
          const { outcome, ports } = await site.rollOut(plan, numbers[index]!);
          expect(ports.broken).toEqual([]);
          // Where nothing goes wrong, nothing is in the way either: no port that is taken still, no volume in use.
          if (numbers[index]!.length === 0) expect(outcome).toMatchObject({ status: 'committed' });
          if (site.excluded.length > 0 || isIrreversible(plan)) return;
          if (outcome === 'terminated') {
            const restored = await site.rollOut(site.plan('restore', site.current), []);
            expect(restored).toMatchObject({ outcome: { status: 'committed' }, ports: { broken: [] } });
            if (!site.current) expect(compose()).toEqual(composedBefore);
          } else if (outcome.status === 'undone') expect([site.seen(), compose()]).toEqual([before, composedBefore]);
        }
        if (!site.current) return;
        const ran = site.hosts.running(PRODUCTION);
        const plan = site.plan('eject', undefined);
        const { outcome, ports } = await site.rollOut(plan, []);
        expect({ outcome, broken: ports.broken }).toMatchObject({ outcome: { status: 'committed' }, broken: [] });
        const left = site.seen().hosts.filter(({ host }) => targetsOf(plan).includes(host));
        expect(left.flatMap(({ containers, networks }) => [...containers, ...networks])).toEqual([]);
        if (isAlone) expect([...site.hosts.runningOn(), ...site.hosts.running(PRODUCTION)].sort()).toEqual(ran);
      },
    ));

  it('is the same rollout when it is replayed from what is recorded', () =>
    hold(kind, 'replay', [shape, shape, chances], async (first, second, numbers) => {
      const run = async () => {
        const site = await siteOn(kind, first);
        return (await site.rollOut(site.release('bbb', second), numbers)).ports.asked;
      };
      expect(await run()).toEqual(await run());
    }));

  it('changes nothing when its plan is applied a second time', () =>
    hold(kind, 'twice', [fc.option(shape, { nil: undefined }), shape], async (first, second) => {
      const site = await siteOn(kind, first);
      const plan = site.release('bbb', second);
      await site.rollOut(plan, []);
      const once = site.seen();
      const steps = plan.phases.slice(-1).flatMap(({ batches }) => batches.flat());
      for (const { operation } of steps) site.hosts.apply(site.scope(), operation);
      expect(site.seen()).toEqual(once);
      const again = site.plan('restore', site.current);
      await site.rollOut(again, []);
      expect(site.seen()).toEqual(once);
    }));

  it('is taken back from wherever it was torn off, whatever its last actions still do', () =>
    hold(
      kind,
      'restore',
      [fc.option(shape, { nil: undefined }), shape, chances, chances],
      async (first, second, numbers, late) => {
        const site = await siteOn(kind, first);
        const recorded = site.current;
        const plan = site.release('bbb', second);
        const { outcome, ports } = await site.rollOut(plan, [...numbers, 14]);
        if (outcome !== 'terminated' || ports.committed || makesDataAnew(plan)) return;
        const stale = site.scope();
        const restored = await site.rollOut(
          site.plan('restore', recorded),
          late.filter((fate) => fate !== 14),
        );
        if (restored.outcome === 'terminated' || restored.outcome.status !== 'committed') return;
        // Where nothing was routed, nothing is put back: a late switch leads to what is gone, until the next rollout.
        const wasRouted = (target: string) => first?.routed === true && first.hosts.includes(target);
        for (const operation of ports.tornOff)
          if (operation.name === 'switchRoutes' && wasRouted(operation.target))
            expect(() => site.hosts.apply(stale, operation)).toThrow(/set by rollout/);
        if (restored.outcome.warnings.length > 0) return;
        const left = restored.ports.excluded;
        // An accessory that the former release had not stays: its data may be wanted.
        const isKept = first?.services.every(({ name }) => name !== 'db');
        const stands = (one: Site) =>
          standing(on(one.seen(), left)).map((host) =>
            isKept ? { ...host, containers: host.containers.filter((line) => !line.includes('-db ')) } : host,
          );
        if (first) expect(stands(site)).toEqual(stands(await siteOn(kind, first)));
        else if (left.length === 0)
          expect(site.hosts.running(PRODUCTION).filter((line) => line !== 'bbb: db')).toEqual([]);
      },
    ));

  it('leaves an excluded host as it is while it is away, and brings it level when it is back', () =>
    hold(
      kind,
      'excluded',
      [shape, shape, shape, fc.constantFrom('a', 'b', 'c')],
      async (first, second, third, away) => {
        const others = { ...first, hosts: ['a', 'b', 'c'] };
        const site = await siteOn(kind, others);
        site.away = site.excluded = [away];
        const before = site.seen().hosts.filter(({ host }) => host === away);
        const without = site.release('bbb', { ...second, hosts: ['a', 'b', 'c'] });
        expect(targetsOf(without)).not.toContain(away);
        await site.rollOut(without, []);
        expect([site.excluded, site.seen().hosts.filter(({ host }) => host === away)]).toEqual([[away], before]);
        site.away = [];
        const { outcome, ports } = await site.rollOut(site.release('ccc', third), []);
        expect({ outcome, broken: ports.broken, excluded: site.excluded }).toEqual({
          outcome: { status: 'committed', warnings: [] },
          broken: [],
          excluded: [],
        });
        const level = site.seen().hosts.filter(({ host }) => third.hosts.includes(host));
        for (const { containers, routes } of level) {
          expect([...new Set(containers.filter((line) => !line.includes('-db ')).map(releaseIn))]).toEqual(['ccc']);
          if (third.routed) expect(routes).toBe('ccc');
        }
      },
    ));

  it('stands alone after any history of releases, rollbacks, faults and terminations', () => {
    const act = fc.record({ shape, chances, back: fc.boolean() });
    return hold(kind, 'history', [fc.array(act, { minLength: 1, maxLength: 4 }), shape], async (acts, last) => {
      const site = new Site(kind);
      for (const [index, { shape: wanted, chances: numbers, back }] of acts.entries()) {
        const earlier = back ? [...site.records.values()].at(0) : undefined;
        const to = earlier ?? recordOf(`${'abcd'[index]}`.repeat(3), wanted, kind);
        if (to.release === site.current?.release) continue;
        const plan = site.plan(earlier ? 'rollback' : 'release', to);
        const { outcome, ports } = await site.rollOut(plan, numbers);
        expect(ports.broken).toEqual([]);
        // what an accessory that was recreated means for the way back is another law's
        if (ports.excluded.length > 0 || makesDataAnew(plan)) return;
        if (outcome === 'terminated') await site.rollOut(site.plan('restore', site.current), []);
      }
      const { outcome, ports } = await site.rollOut(site.release('eee', { ...last, hosts: ['a', 'b', 'c'] }), []);
      expect({ outcome, broken: ports.broken }).toEqual({ outcome: { status: 'committed', warnings: [] }, broken: [] });
      for (const { containers, networks } of site.seen().hosts.filter(({ host }) => host !== 'data')) {
        expect(
          containers
            .filter((line) => !line.includes('-db '))
            .map(releaseIn)
            .filter((one) => one !== 'eee'),
        ).toEqual([]);
        expect(networks.filter((one) => one !== 'eee')).toEqual([]);
      }
    });
  });
});

const releaseIn = (container: string) => /-production-([a-z]+)-/.exec(container)?.[1];

/** Where the release stands that was rolled out on nothing; `also` were used before, so their accessories stay. */
async function onlyOn(kind: TargetKind, release: string, wanted: Shape, also?: Shape): Promise<Site> {
  const site = new Site(kind);
  if (also) await site.rollOut(site.release('aaa', also), []);
  await site.rollOut(site.release(release, wanted), []);
  return site;
}
