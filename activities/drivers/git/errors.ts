import { strikeCredentials, withoutCredentials } from '../../../src/model/text/address';
import type { Failure } from '../../../src/model/failure';
import type { Source } from '../../../src/model/release';
import { ruleFor } from '../failures';
import type { Ran } from '../programs/program';

/** Why a commit is unavailable; `retry` where another attempt may help. */
export class GitFailure extends Error {
  constructor(
    readonly failure: Failure,
    readonly retry: boolean,
  ) {
    super(failure.message);
  }
}

/** The repository uses another hash algorithm than the commit id. */
export const OTHER_NAMES = 'other-names';

/** Git's message, and the next step. */
export function explainGit(ran: Ran, { url, commit }: Source, doing: string): GitFailure {
  const says = strikeCredentials(lastLine(ran.stderr), url);
  const rule = ruleFor('git', says) ?? ruleFor('git', ran.stderr);
  const next = rule?.next ?? "If this persists, check the worker's network";
  const message = `cannot ${doing} ${commit.slice(0, 10)} of ${withoutCredentials(url)}: git says: ${says}. ${next}`;
  return new GitFailure({ kind: rule?.kind ?? 'git', message, ...(!rule && { unknown: true }) }, rule?.retry ?? true);
}

/** The line with the reason; git ends with advice. */
export function lastLine(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const why =
    lines.find((line) => /^(ssh|fatal|error|remote): |denied|Host key/.test(line)) ?? lines.at(-1) ?? 'nothing';
  return why.replace(/^(fatal|error|remote): /, '').replace(/\.$/, '');
}
