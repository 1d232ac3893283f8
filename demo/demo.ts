import { ATTRIBUTE_TYPES } from '../cli/temporal/attributes';
import { startParts } from '../parts/start';
import { ask, sendRequests, type Report } from './client';
import { printClosingTable } from './closing';
import { changes } from './shop';
import { say, title } from './say';
import { Stage } from './stage';
import type { Windlass } from './windlass';

const APPROVER = 'release-manager@example.com';

/** The main job of windlass, on real parts: four acts and a closing table. Throws when anything is not as it says. */
async function demo(keep: boolean): Promise<void> {
  title('Parts');
  const parts = await startParts({
    want: ['temporal', 'engine', 'registry', 'compose', 'images', 'node'],
    temporal: { searchAttributes: ATTRIBUTE_TYPES },
    print: say,
  });
  try {
    const stage = await Stage.open(parts, parts.dir, { print: say, port: 8080 });
    parts.beforeStop(() => stage.close());
    const commits = await perform(stage);
    await printClosingTable(stage.windlass, commits, parts.temporal.uiUrl);
    if (keep) await stay(stage, parts.temporal.uiUrl);
  } finally {
    await parts.stop();
  }
}

/** The four acts; returns the commits that were released. */
async function perform({ windlass, shop, production }: Stage): Promise<string[]> {
  title('1. A first release: staging, verified, waiting, approved, in production');
  const first = changes.first(shop);
  await promote(windlass, first);
  await expectAnswer(production, 'version 1');

  title('2. A good release, while a client sends requests all the time');
  const second = changes.better(shop);
  const client = sendRequests(production, 50);
  await promote(windlass, second);
  expectNoneFailed(await client.stop());
  await expectAnswer(production, 'version 2');

  title('3. A release that is healthy, and fails a verification in production');
  const third = changes.broken(shop);
  const unlucky = sendRequests(production, 50);
  await promote(windlass, third, 3);
  expectNoneFailed(await unlucky.stop());
  await expectAnswer(production, 'version 2');

  title('4. Back to the first release, from its record');
  const last = sendRequests(production, 50);
  await windlass.show(['rollback', 'production', releaseOf(first), '--by', APPROVER, '--reason', 'the butter is gone']);
  expectNoneFailed(await last.stop());
  await expectAnswer(production, 'version 1');
  return [first, second, third];
}

/** Releases a commit as CI would, and decides as an approver would: with the very command that is printed. */
async function promote(windlass: Windlass, commit: string, status = 0): Promise<void> {
  const release = ['release', '--commit', commit, '--by', 'ci@example.com'];
  await windlass.show([...release, '--until', 'awaiting-approval']);
  const approve = await windlass.approval(commit);
  await windlass.show([...approve, '--by', APPROVER]);
  await windlass.show(release, status);
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
async function stay({ windlass, address }: Stage, uiUrl: string): Promise<void> {
  title('Everything runs on until Ctrl-C');
  say(`Temporal UI  ${uiUrl}`);
  say(`production   curl -H 'Host: shop.localhost' http://${address}/`);
  say(`staging      curl -H 'Host: staging.shop.localhost' http://${address}/`);
  say(`windlass     ${windlass.forShell()}`);
  await new Promise(() => undefined);
}

const releaseOf = (commit: string) => commit.slice(0, 10);
demo(process.argv.includes('--keep')).then(
  () => process.exit(0),
  (error: Error) => {
    process.stderr.write(`\nThe demo failed: ${error.message}\n`);
    process.exit(1);
  },
);
