import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { verifyStatement } from '../../../activities/decisions/verify-statement';
import { ask } from '../../../lab/traffic/client';
import { sendDecision } from '../../../lab/faults/forged';
import { People } from '../../../lab/people';
import { changes, oneEnvironment } from '../../../lab/shop';
import type { TestBed } from '../../../lab/test-bed';
import type { Decision } from '../../../src/model/approval/decision';
import type { EnvironmentState } from '../../../src/model/environment/environment';
import type { LedgerEntry } from '../../../src/model/ledger/ledger';
import { environmentId, releaseId } from '../../../src/model/names';
import { wordsOfCause } from '../../../src/model/failure';
import type { Waiting } from '../../../src/model/environment/progress';
import { describeWith, parts } from '../../setup/parts';
import { testServer } from '../../setup/server';
import { APPROVER, containersOf, openTestBed, said, until } from '../test-bed';

const [CI, MALLORY] = ['ci@example.com', 'mallory@example.com'];

/** Decisions under a policy that wants signatures: by the installed program, ssh-keygen, a worker, and Temporal itself. */
describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'node'], 'signed decisions', () => {
  const dir = mkdtempSync(join(tmpdir(), 'windlass people '));
  const people = People.create(dir, { known: [CI, APPROVER], strangers: [MALLORY] });
  let bed: TestBed;
  let close: () => Promise<void>;
  let server: Awaited<ReturnType<typeof testServer>>;
  let version = 1;

  beforeAll(async () => {
    server = await testServer();
    // No key but those that are named: neither an agent's nor git's.
    const variables = { WINDLASS_POLICY: people.policy, SSH_AUTH_SOCK: '', GIT_CONFIG_GLOBAL: '/dev/null' };
    ({ bed, close } = await openTestBed('shop', { variables }));
    const more = `\n    approval: { from: [${APPROVER}] }\n    operators: [${APPROVER}]\n    soak: 1s`;
    bed.shop.write('windlass.yaml', oneEnvironment(bed.app, more));
  });
  afterAll(async () => {
    await close?.();
    await server?.teardown();
    rmSync(dir, { recursive: true });
  });

  const windlass = (...args: string[]) => bed.windlass.run(...args);
  const id = (commit: string) => commit.slice(0, 10);
  const start = (commit: string, ...more: string[]) =>
    windlass('release', '--commit', commit, '--until', 'awaiting-approval', ...more);
  const approve = (commit: string, ...more: string[]) =>
    windlass('approve', id(commit), 'production', '--yes', ...more);
  const asAna = ['--key', people.keyOf(APPROVER)];
  const environment = () => server.client.workflow.getHandle(environmentId(bed.app, 'production'));
  const state = () => environment().query<EnvironmentState>('state');
  const page = () => ask(bed.production);

  async function waiting(commit: string) {
    const { waitingFor } = await bed.windlass.progress(commit);
    return waitingFor as Extract<Waiting, { kind: 'approval' }>;
  }
  /** Starts a release of a commit, which waits then. */
  async function release(commit: string): Promise<void> {
    expect(await start(commit, '--key', people.keyOf(CI))).toMatchObject({ status: 0 });
  }
  function newCommit(): string {
    bed.shop.setVariable('VERSION', String((version += 1)));
    return bed.shop.commit(`Version ${version}`);
  }
  const done = (commit: string) => windlass('release', '--commit', commit);

  let first: string | undefined;
  let second: string | undefined;
  /** Releases a commit to production, signed. */
  async function deploy(commit: string): Promise<string> {
    await release(commit);
    expect(await approve(commit, ...asAna)).toMatchObject({ status: 0 });
    expect(await done(commit)).toMatchObject({ status: 0 });
    return commit;
  }
  /** What a test begins from, whichever was before it: so many releases have been in production. */
  async function begin(releases: 1 | 2): Promise<void> {
    first ??= await deploy(changes.first(bed.shop));
    if (releases === 2) second ??= await deploy(newCommit());
  }

  it('an unsigned start and approval are refused with what to do, a signed one goes through', async () => {
    const commit = changes.first(bed.shop);
    const unsigned = await start(commit, '--by', CI);
    expect([unsigned.status, said(unsigned)]).toEqual([
      2,
      expect.stringContaining(`The policy wants a signature of ${CI}`),
    ]);
    expect(said(unsigned)).toMatch(/Name your key with --key FILE or WINDLASS_SIGNING_KEY, or add it to your agent/);
    await release(commit);
    for (const args of [[], ['--key', people.keyOf(MALLORY)], ['--by', APPROVER, '--key', people.keyOf(CI)]]) {
      const refused = await approve(commit, ...args);
      expect({ args, status: refused.status, said: said(refused) }).toEqual({
        args,
        status: 2,
        said: expect.stringMatching(new RegExp(`The policy wants a signature.*\\n +${CI}  SHA256:`)),
      });
    }
    const approved = await approve(commit, ...asAna);
    expect([approved.status, said(approved)]).toEqual([0, expect.stringContaining(`${APPROVER}: approve production`)]);
    expect(await done(commit)).toMatchObject({ status: 0 });
    expect(await page()).toMatch('version 1');
    first = commit;
  });

  it('what is sent past the commands is refused, and moves nothing', async () => {
    await begin(1);
    const served = await page();
    const sent = newCommit();
    await release(sent);
    const before = await containersOf(bed);
    const asked = await waiting(sent);
    const { record, nonce } = asked.signing!;
    const { app, installation } = bed;
    const about = {
      environment: 'production',
      plan: asked.plan,
      decision: 'approve',
      by: APPROVER,
      reason: '',
    } as const;
    const send = (decision: Omit<Decision, 'id'>) =>
      sendDecision(parts().temporal.address, releaseId(app, id(sent)), { ...decision, id: String(Math.random()) });
    const by = (name: string, forged: object = {}) =>
      people.sign(name, { installation, app, release: id(sent), ...about, record, nonce, ...forged });
    expect(await send(about)).toMatch(/is not signed, and the policy takes it with a signature only/);
    expect(await send({ ...about, signed: by(MALLORY) })).toMatch(/which the policy lists for nobody/);
    expect(await send({ ...about, signed: by(CI) })).toMatch(new RegExp(`is by a key of ${CI}`));
    expect(await send({ ...about, signed: by(APPROVER, { plan: '0'.repeat(64) }) })).toMatch(/is not of this text/);
    const ledger = await bed.windlass.read<LedgerEntry[]>('history', 'production');
    const { signed: old } = ledger.find(({ kind }) => kind === 'decision')!;
    expect(await send({ ...about, signed: old! })).toMatch(/is for another question/);

    const { client } = server;
    await client.workflow.getHandle(releaseId(app, id(sent))).signal('decision', { ...about, id: 'x' });
    const { record: ref } = await bed.windlass.progress(sent);
    const request = { id: 'by-hand', kind: 'release', record: ref, by: 'eve', requester: 'nobody' };
    const approved = { hash: asked.plan, before: [], changes: [], signed: [old] };
    await environment().signal('requestRollout', { ...request, approved });
    await until(async () =>
      /nobody has signed the start|needs a new approval/.test((await state()).lastOutcome?.what ?? ''),
    );
    const { current, counter } = await state();
    const input = { app, environment: 'production', request, current: current!.record, keep: [], ran: {}, counter };
    const rollout = await client.workflow.start('rollout', {
      workflowId: `rollout/${app}/production`,
      taskQueue: installation,
      args: [input],
    });
    expect(await rollout.result()).toMatchObject({ status: 'refused' });
    expect(await containersOf(bed)).toEqual(before);
    expect(await page()).toBe(served);
    expect(await approve(sent, ...asAna)).toMatchObject({ status: 0 });
    expect(await done(sent)).toMatchObject({ status: 0 });
    second = sent;
  });

  it('who has no windlass signs what --print shows, and pastes it', async () => {
    const third = newCommit();
    await release(third);
    const print = ['approve', id(third), 'production', '--print', '--by', APPROVER];
    const shown = await windlass(...print);
    expect(shown.stdout).toContain(`ssh-keygen -Y sign -n windlass-decision-v1 -f KEY | tr -d '\\n'`);
    const command = shown.stdout.split('\n').find((line) => line.startsWith('printf '))!;
    const decision = JSON.parse(shown.stdout.slice(shown.stdout.indexOf('{'))) as Decision;
    const sign = command.replace('-f KEY', `-f "$KEY" 2>/dev/null`);
    const env = { ...process.env, KEY: people.keyOf(APPROVER) };
    const signature = execFileSync('sh', ['-c', sign], { env }).toString();
    const handle = server.client.workflow.getHandle(releaseId(bed.app, id(third)));
    await handle.signal('decision', { ...decision, signed: { ...decision.signed, signature } });
    expect(await done(third)).toMatchObject({ status: 0 });
  });

  it('a rollback, a freeze and a cancel are signed by an operator, and anyone with the keys can verify all in the ledger', async () => {
    await begin(2);
    const { current, committed } = await state();
    const back = committed.find(({ release: one }) => one !== current!.release)!.release;
    const rollback = (...more: string[]) => windlass('rollback', 'production', back, ...more);
    expect(await rollback('--by', APPROVER)).toMatchObject({ status: 2 });
    expect(said(await rollback('--key', people.keyOf(CI)))).toMatch(`${CI} is not among the operators of production`);
    expect(await rollback(...asAna)).toMatchObject({ status: 0 });
    expect((await state()).current?.release).toBe(back);
    const freeze = (...more: string[]) => windlass('freeze', 'production', '--reason', 'sale', ...more);
    expect(await freeze('--by', APPROVER)).toMatchObject({ status: 2 });
    expect(await freeze(...asAna)).toMatchObject({ status: 0 });
    expect(await windlass('thaw', 'production', ...asAna)).toMatchObject({ status: 0 });
    const fourth = newCommit();
    await release(fourth);
    expect(await windlass('cancel', id(fourth), '--reason', 'no', ...asAna)).toMatchObject({ status: 5 });

    const ledger = await bed.windlass.read<LedgerEntry[]>('history', '--limit', '50');
    const line = (name: string) => readFileSync(`${people.keyOf(name)}.pub`, 'utf8');
    const keys = { [APPROVER]: [line(APPROVER)], [CI]: [line(CI)] };
    const signed = ledger.flatMap((entry) => (entry.signed ? [{ ...entry, signed: entry.signed }] : []));
    expect([...new Set(signed.map(({ kind }) => kind))].sort()).toEqual([
      'decision',
      'frozen',
      'release-ended',
      'release-started',
      'rollback-requested',
      'thawed',
    ]);
    for (const entry of signed)
      expect(verifyStatement(entry.signed, keys, Date.parse(entry.at))).toMatchObject({ person: entry.signed.by });
  });

  it('a workflow that is started by hand replaces no proxy and removes nothing from the registry', async () => {
    await begin(1);
    const { app, installation } = bed;
    expect(await windlass('clean', '--registry', '--keep', '1', '--yes', '--by', APPROVER)).toMatchObject({
      status: 2,
    });
    const start = async (type: string, input: object) => {
      const workflowId = `${type}/${app}/by-hand-${Math.random()}`;
      const handle = await server.client.workflow.start(type, { workflowId, taskQueue: installation, args: [input] });
      return await handle.result().then(
        () => 'it was done',
        (error: unknown) => wordsOfCause(error),
      );
    };
    const { registry } = (await state()).current!.record;
    const cleaning = { app, by: APPROVER, registry, keep: 1, ledger: 1 };
    expect(await start('cleaning', cleaning)).toMatch(/clean by .* is not signed/);
    const steps = [{ host: { kind: 'docker', name: 'local', address: 'local' }, does: 'replace', what: 'by hand' }];
    const proxies = { app, environment: 'production', by: APPROVER, steps };
    const before = await containersOf(bed);
    expect(await start('bootstrap', proxies)).toMatch(/bootstrap by .* is not signed/);
    expect(await start('bootstrap', { ...proxies, app: 'other' })).toMatch(/bootstrap by .* is not signed/);
    expect(await containersOf(bed)).toEqual(before);
  });

  it('the registry is cleaned by what an operator has signed, which the ledger keeps', async () => {
    await begin(2);
    const cleaned = await windlass('clean', '--registry', '--keep', '1', '--ledger', '4', '--yes', ...asAna);
    expect([cleaned.status, said(cleaned)]).toEqual([0, expect.stringContaining('Removed: ')]);
    const ledger = await bed.windlass.read<LedgerEntry[]>('history', '--limit', '50');
    expect(ledger.map(({ kind }) => kind)).toHaveLength(5);
    expect(ledger[0]).toMatchObject({ kind: 'cleaned', by: APPROVER, signed: { decision: 'clean', by: APPROVER } });
    expect(await windlass('history', '--verify')).toMatchObject({ status: 0 });
  });
});
