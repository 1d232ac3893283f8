import fc from 'fast-check';
import type { ReleaseRecord } from '../../src/manifest/record/record';
import { type Decision, isCounted } from '../../src/model/approval/decision';
import { recordOf, type Shape } from './applications';
import { ORDERS } from './examples';
import { Chance } from './ports';
import { ANA, BEN, CI, OPS, PRODUCTION, refOf, Release, Rollback, Team } from './team';
import type { Rollout } from './rollout';
import { Turns } from './turns';
import { type Message, NAMES, scenario, type Scenario } from './scenarios';

/**
 * Releases, rollbacks, decisions, answers, freezes, crashes and terminations in any order, over real plans, the real
 * interpreter, the real line and the real rules of approval. The seed of a failure is printed; `WINDLASS_SEED=…` repeats it,
 * `WINDLASS_MODEL_RUNS=…` makes it longer. What was found stays in `examples.ts`.
 */
const RUNS = Number(process.env['WINDLASS_MODEL_RUNS'] ?? 300);
const seed = process.env['WINDLASS_SEED'] ? Number(process.env['WINDLASS_SEED']) : undefined;

/** More turns than any order of the model can need. */
const LONGEST = 1_500;

describe('orders of messages', () => {
  it('come to one outcome each, nothing goes past the gate, and the environment is all on one release', async () => {
    const property = fc.asyncProperty(scenario, tryOrder);
    await fc.assert(property, { numRuns: RUNS, examples: ORDERS, ...(seed !== undefined && { seed }) });
  });
});

async function tryOrder({
  shapes,
  first,
  last,
  messages,
  fates: numbers,
  order: turnsOf,
  starts,
  approvals,
}: Scenario): Promise<void> {
  const [turns, chance] = [new Turns(new Chance(turnsOf)), new Chance(numbers)];
  const policy = { from: [ANA!, BEN!, CI!], count: approvals, starterMay: false, timeoutMs: 0 };
  const team = new Team(turns, chance, new Chance(starts), approvals > 0 ? policy : undefined);
  NAMES.forEach((name, index) => team.records.set(name, recordOf(name, shapes[index] as Shape)));
  const run = new Order(team);
  if (first) await run.begin(recordOf('000', first));
  for (const one of messages) {
    for (let left = one.after; left > 0 && (await turns.step()); left -= 1);
    await run.send(one);
  }
  await run.settle();
  run.expectOneOutcomeEach();
  // One that could not be taken back says so; what somebody skipped or could not clean, people know.
  const isTold = ({ skipped, warnings }: Rollout) => skipped.length > 0 || warnings.length > 0;
  if (!team.line.state.interrupted && !team.rollouts.some(isTold)) run.expectOneRelease();
  team.calm();
  await run.releaseOnAll(recordOf('ddd', { ...last, hosts: ['a', 'b', 'c'] }));
}

class Order {
  private readonly releases = new Map<string, Release>();
  private readonly rollbacks: Rollback[] = [];
  /** Decisions whose senders were told that they count. */
  private readonly counted: { release: Release; asked: number; decision: Decision }[] = [];
  private ids = 0;
  /** How often a step was answered when all else was said. */
  private readonly tries: Record<string, number> = {};

  constructor(private readonly team: Team) {}

  /** Before anything happens. */
  async begin(record: ReleaseRecord): Promise<void> {
    const { team } = this;
    team.records.set(record.release, record);
    team.enqueue({ id: 'first', kind: 'release', record: refOf(record.release), by: CI!, requester: 'nobody' });
    await team.calmly(() => this.goOn(() => false));
  }

  async send(one: Message): Promise<void> {
    const { team } = this;
    const { what, release: index, who, twice } = one;
    const release = this.releases.get(NAMES[index]!);
    const late = async (action: () => unknown, asked = () => true) => {
      await team.turns.until(asked, this);
      for (let left = one.takes; left > 0; left -= 1) await team.turns.next(this);
      action();
    };
    switch (what) {
      case 'release': {
        if (release) return;
        const started = new Release(NAMES[index]!, team, twice);
        this.releases.set(started.id, started);
        return void started.run();
      }
      case 'approve':
      case 'reject': {
        if (!release) return;
        const id = one.id === 'own' ? `d${(this.ids += 1)}` : one.id;
        let plan: string;
        const read = () => void (plan = one.plan === 'asked' ? release.open!.plan : 'another');
        const decide = () => this.decide(release, { environment: PRODUCTION, plan, decision: what, by: who, id });
        for (const _ of twice ? [1, 2] : [1])
          void team.turns
            .until(() => release.open !== undefined, this)
            .then(read)
            .then(() => late(decide));
        return;
      }
      case 'cancel':
        return void late(() => release?.cancel());
      case 'rollback': {
        const rollback = new Rollback(`back${(this.ids += 1)}`, team, twice);
        this.rollbacks.push(rollback);
        return void rollback.run();
      }
      case 'cancel-rollback':
        return this.rollbacks.at(-1)?.cancel();
      case 'freeze':
        return void late(() => team.freeze(who));
      case 'thaw':
        return void late(() => team.thaw(who));
      case 'resolve':
        return void late(
          () => team.child?.resolve({ step: '', answer: one.answer, by: who, reason: 'mended' }),
          () => team.child?.question !== undefined,
        );
      case 'terminate':
        return void late(
          () => team.child?.terminate(),
          () => team.child !== undefined,
        );
      case 'crash':
        return await team.crash();
    }
  }

  private async decide(release: Release, decision: Decision): Promise<void> {
    this.team.sent.push({ release: release.id, decision });
    const wasOver = release.status !== undefined;
    const refusal = await release.decide(decision);
    if (refusal === undefined) this.counted.push({ release, asked: release.asked, decision });
    for (const { release: of, asked, decision: counts } of this.counted)
      if (of.open && of.asked === asked && !isCounted(of.open, counts))
        this.team.broken.push(`counted, and is forgotten: ${JSON.stringify(counts)}`);
    const mayDecide = [ANA, BEN, CI].includes(decision.by) && (decision.by !== CI || decision.decision === 'reject');
    if (refusal === undefined && (!mayDecide || wasOver || decision.plan === 'another'))
      this.team.broken.push(`counts: ${JSON.stringify(decision)}`);
    if (refusal === undefined && decision.decision === 'reject' && release.status === 'done')
      this.team.broken.push(`${release.id} was rejected, and done`);
  }

  /** What waits for people gets its answer. What goes back waits for no thaw. */
  async settle(): Promise<void> {
    const { team } = this;
    await this.goOn(() => this.answer());
    for (const { id, status } of this.rollbacks)
      if (status === undefined) team.broken.push(`${id} does not end while all is frozen`);
    team.thaw(OPS!);
    await this.goOn(() => this.answer() || this.approve());
    // What was to be said about a rollout that never was is not said any more.
    team.turns.end(this);
  }

  /** Until nothing more happens, and nothing more can be said. */
  private async goOn(say: () => boolean): Promise<void> {
    for (let turn = 0; (await this.team.turns.step()) || say(); turn += 1)
      if (turn > LONGEST) throw new Error(`it does not end: ${JSON.stringify(this.team.line.state)}`);
  }

  private answer(): boolean {
    const { child, question } = this.team;
    // Nothing else happens any more: who asks is shown to ask.
    if (child?.question !== question)
      this.team.broken.push(`asked: ${child?.question?.step}, shown: ${question?.step}`);
    if (!child?.question) return false;
    const { step, answers } = child.question;
    const tries = (this.tries[step] = (this.tries[step] ?? 0) + 1);
    // What was skipped before may make that another step can never be done.
    const answer = answers.rollback ? 'rollback' : tries <= 3 ? 'retry' : 'skip';
    return child.resolve({ step: '', answer, by: OPS!, reason: 'over' }) === undefined;
  }

  private approve(): boolean {
    const { policy } = this.team;
    const waiting = [...this.releases.values()].filter(({ open }) => open);
    for (const release of waiting)
      for (const by of [ANA!, BEN!].slice(0, policy?.count)) {
        const id = `d${(this.ids += 1)}`;
        const { plan } = release.open!;
        void this.decide(release, { environment: PRODUCTION, plan, decision: 'approve', by, id });
      }
    return waiting.length > 0;
  }

  expectOneOutcomeEach(): void {
    const { team } = this;
    const { state } = team.line;
    const open = [...team.requesters.values()].filter(({ status }) => status === undefined).map(({ id }) => id);
    const asked = [...this.releases.values()].filter(({ open }) => open).map(({ id }) => id);
    const ends = [...team.ends.values()].map(({ length }) => length);
    const outage = team.rollouts.findIndex(({ leavesOutage }) => leavesOutage);
    const unharmed = outage < 0 ? team.rollouts : team.rollouts.slice(0, outage);
    expect({
      broken: [...team.broken, ...unharmed.flatMap(({ ports }) => ports.broken)],
      open,
      asked,
      ends: ends.filter((times) => times !== 1),
      waits: state.queue,
      running: state.running,
    }).toEqual({ broken: [], open: [], asked: [], ends: [], waits: [], running: undefined });
    for (const release of this.releases.values())
      if (release.status === 'done') expect(state.committed.map((one) => one.release)).toContain(release.id);
  }

  /** Nothing is stuck: the next release is committed, and takes back before what could not be taken back till then. */
  async releaseOnAll(record: ReleaseRecord): Promise<void> {
    const { team } = this;
    team.records.set(record.release, record);
    const last = new Release(record.release, team, false);
    this.releases.set(last.id, last);
    void last.run();
    await this.goOn(() => this.answer() || this.approve());
    expect({ ...team.line.state, status: last.status }).toMatchObject({
      status: 'done',
      current: { release: last.id },
      queue: [],
    });
    this.expectOneOutcomeEach();
    expect(team.line.state.interrupted).toBeUndefined();
    this.expectOneRelease();
  }

  /** All on what is recorded: its instances run, no others do, and requests go to it. */
  expectOneRelease(): void {
    const { team } = this;
    const { current, excluded = [] } = team.line.state;
    const record = current && team.records.get(current.release)?.environments[0];
    const left = new Set([
      ...excluded.map(({ host }) => host),
      ...team.rollouts.flatMap(({ ports }) => ports.excluded),
    ]);
    const all = team.hosts.observe(
      PRODUCTION,
      ['a', 'b', 'c'].filter((host) => !left.has(host)),
    ).targets;
    const found = Object.entries(all).map(([host, { containers, routes }]) => {
      const instances = containers.filter((one) => one.role === 'instance');
      return [host, [...new Set(instances.map((one) => `${one.release} ${one.state}`))], routes?.release];
    });
    expect(found).toEqual(
      Object.keys(all).map((host) => {
        const isOn = record?.targets.some(({ name }) => name === host);
        const routed = isOn && record!.routes.length > 0;
        return [host, isOn ? [`${current!.release} running`] : [], routed ? current!.release : undefined];
      }),
    );
  }
}
