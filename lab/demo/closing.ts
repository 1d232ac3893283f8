import type { ReleaseProgress } from '../../src/model/environment/progress';
import { say, title } from '../say';
import type { Windlass } from '../windlass';

/** What version is where, the ledger, how long each stage took, and where to look further. */
export async function printClosingTable(windlass: Windlass, commits: string[], uiUrl: string): Promise<void> {
  title('What runs where, and how it came to be');
  await windlass.show(['status', '--observed']);
  await windlass.show(['history', '--limit', '20']);
  title('How long each stage took, in seconds');
  const reports = await Promise.all(commits.map((commit) => windlass.progress(commit)));
  const names = [...new Set(reports.flatMap(({ stages }) => stages.map(({ name }) => name)))];
  say(row('release', names));
  for (const report of reports)
    say(
      row(
        report.release,
        names.map((name) => seconds(report, name)),
      ),
    );
  say(`\nTemporal UI: ${uiUrl}`);
}

const row = (first: string, cells: string[]) =>
  [first.padEnd(12), ...cells.map((cell) => cell.padStart(Math.max(cell.length, 10)))].join('  ');

function seconds({ stages }: ReleaseProgress, name: string): string {
  const spent = stages
    .filter((stage) => stage.name === name)
    .map(({ startedAt, endedAt = startedAt }) => endedAt - startedAt);
  return spent.length === 0 ? '–' : (spent.reduce((sum, ms) => sum + ms, 0) / 1_000).toFixed(1);
}
