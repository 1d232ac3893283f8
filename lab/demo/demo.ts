import { join } from 'node:path';
import { ATTRIBUTE_TYPES } from '../../cli/temporal/connect/attributes';
import { startParts } from '../../parts/start';
import { releaseId } from '../../src/model/names';
import { ask, sendRequests, type Report } from '../traffic/client';
import { sendDecision } from '../faults/forged';
import { tool } from '../options';
import { People } from '../people';
import { printClosingTable } from './closing';
import { changes } from '../shop';
import { say, title } from '../say';
import { TestBed } from '../test-bed';
import type { Windlass } from '../windlass';

const CI = 'ci@example.com';
const APPROVER = 'release-manager@example.com';
const MALLORY = 'mallory@example.com';

/** The main job of windlass, on real parts: four acts and a closing table. Throws when anything is not as it says. */
async function demo(keep: boolean): Promise<void> {
  title('Parts');
  const parts = await startParts({
    want: ['temporal', 'engine', 'registry', 'compose', 'images', 'node'],
    temporal: { searchAttributes: ATTRIBUTE_TYPES },
    print: say,
  });
  try {
    const people = People.create(join(parts.dir, 'people'), { known: [CI, APPROVER], strangers: [MALLORY] });
    const variables = { WINDLASS_POLICY: people.policy };
    const bed = await TestBed.open(parts, parts.dir, { print: say, port: 8080, variables });
    parts.beforeStop(() => bed.close());
    const commits = await perform(bed, people, parts.temporal.address);
    await printClosingTable(bed.windlass, commits, parts.temporal.uiUrl);
    if (keep) await stay(bed, parts.temporal.uiUrl);
  } finally {
    await parts.stop();
  }
}

/** The four acts; returns the commits that were released. */
async function perform(bed: TestBed, people: People, temporal: string): Promise<string[]> {
  const { windlass, shop, production } = bed;
  const promoter: Promoter = { windlass, people };
  title('1. A first release: staging, verified, waiting, approved, in production');
  const first = changes.first(shop);
  await promote(promoter, first);
  await expectAnswer(production, 'version 1');

  title(
    '2. A good release, approved by a signature and not by a forged one, while a client sends requests all the time',
  );
  const second = changes.better(shop);
  const client = sendRequests(production, 50);
  await promote(promoter, second, { before: () => forge(bed, people, temporal, second) });
  expectNoneFailed(await client.stop());
  await expectAnswer(production, 'version 2');

  title('3. A release that is healthy, and fails a verification in production');
  const third = changes.broken(shop);
  const unlucky = sendRequests(production, 50);
  await promote(promoter, third, { status: 3 });
  expectNoneFailed(await unlucky.stop());
  await expectAnswer(production, 'version 2');

  title('4. Back to the first release, from its record');
  const last = sendRequests(production, 50);
  const reason = ['--reason', 'the butter is gone'];
  await windlass.show(['rollback', 'production', releaseOf(first), ...reason, '--key', people.keyOf(APPROVER)]);
  expectNoneFailed(await last.stop());
  await expectAnswer(production, 'version 1');
  return [first, second, third];
}

/** Releases a commit as CI would, and decides as an approver would: with the very command that is printed. */
async function promote(
  { windlass, people }: Promoter,
  commit: string,
  { status = 0, before = async () => undefined }: { status?: number; before?: () => Promise<void> } = {},
): Promise<void> {
  const release = ['release', '--commit', commit, '--key', people.keyOf(CI)];
  await windlass.show([...release, '--until', 'awaiting-approval']);
  await before();
  const approve = await windlass.approval(commit);
  await windlass.show([...approve, '--key', people.keyOf(APPROVER)]);
  await windlass.show(release, status);
}

interface Promoter {
  windlass: Windlass;
  people: People;
}

/** Somebody who reaches Temporal sends an approval in the name of the release manager, signed by a key of their own. */
async function forge({ windlass, installation, app }: TestBed, people: People, temporal: string, commit: string) {
  const { release, waitingFor } = await windlass.progress(commit);
  if (waitingFor?.kind !== 'approval' || !waitingFor.signing) throw new Error('no signature is asked for');
  const { environment, plan, signing } = waitingFor;
  const { record, nonce } = signing;
  const decision = { environment, plan, decision: 'approve', by: APPROVER, reason: '' } as const;
  const signed = people.sign(MALLORY, { installation, app, release, ...decision, record, nonce });
  say(`\n${MALLORY} sends Temporal an approval in the name of ${APPROVER}, signed by a key of their own:`);
  const refused = await sendDecision(temporal, releaseId(app, release), { ...decision, id: 'forged', signed });
  say(`  refused: ${refused}`);
  if (!/lists for nobody/.test(refused)) throw new Error('expected that the forged approval is refused');
}

async function expectAnswer(production: { address: string; host: string }, text: string): Promise<void> {
  const answer = await ask(production);
  say(`http://${production.host}:${production.address.split(':')[1]}/ answers: ${answer}`);
  if (!answer.includes(text)) throw new Error(`expected an answer with "${text}"`);
}

function expectNoneFailed({ sent, failed, failures, answers }: Report): void {
  say(`requests sent: ${sent}, failed: ${failed}`);
  for (const [answer, times] of Object.entries(answers)) say(`  ${String(times).padStart(5)} × ${answer}`);
  if (failed > 0) throw new Error(`${failed} of ${sent} requests failed:\n${failures.join('\n')}`);
}

/** Leaves everything running until Ctrl-C. */
async function stay({ windlass, address }: TestBed, uiUrl: string): Promise<void> {
  title('Everything runs on until Ctrl-C');
  say(`Temporal UI  ${uiUrl}`);
  say(`production   curl -H 'Host: shop.localhost' http://${address}/`);
  say(`staging      curl -H 'Host: staging.shop.localhost' http://${address}/`);
  say(`windlass     ${windlass.forShell()}`);
  await new Promise(() => undefined);
}

const releaseOf = (commit: string) => commit.slice(0, 10);
const { keep } = tool(
  'demo',
  'Three releases of a shop with four services and one rollback, under load, on real parts.',
)
  .option('--keep', 'leave it running, and print the addresses')
  .parse()
  .opts<{ keep?: true }>();
demo(keep === true).then(
  () => process.exit(0),
  (error: Error) => {
    process.stderr.write(`\nThe demo failed: ${error.message}\n`);
    process.exit(1);
  },
);
