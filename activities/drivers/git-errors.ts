import type { Failure } from '../../src/model/failure';
import type { Source } from '../../src/model/release';
import type { Ran } from './program';

/** Why a commit is not to be had; `retry` where another attempt may mend it. */
export class GitFailure extends Error {
  constructor(
    readonly failure: Failure,
    readonly retry: boolean,
  ) {
    super(failure.message);
  }
}

const LASTING: { says: RegExp; kind: string; next: string }[] = [
  {
    says: /authentication failed|could not read (username|password)|permission denied|access denied|returned error: 40[13]|terminal prompts disabled/i,
    kind: 'unauthorised',
    next: "Give the worker's git the credentials: a credential helper, or a key of its ssh",
  },
  {
    says: /not found|does not appear to be a git repository|no such (file|remote)|repository .* does not exist|transport .* not allowed|unsupported protocol|not supported|unable to find remote helper/i,
    kind: 'no-such-repository',
    next: 'Check the address, and that the worker may see it; a path must be one of the machine of the worker',
  },
  {
    says: /dubious ownership/i,
    kind: 'unauthorised',
    next: "The folder belongs to another user. Allow it to the worker's git: git config --global --add safe.directory PATH",
  },
  {
    says: /host key verification failed/i,
    kind: 'unknown-host',
    next: "Add the host's key to the known_hosts of the worker",
  },
];

/** What git says, and what to do about it. */
export function explainGit(ran: Ran, { url, commit }: Source, doing: string): GitFailure {
  const says = withoutLogin(lastLine(ran.stderr));
  const lasting = /could not resolve host/i.test(says) ? undefined : LASTING.find((one) => one.says.test(ran.stderr));
  const next = lasting?.next ?? 'If it lasts, check the network of the worker';
  const message = `cannot ${doing} ${commit.slice(0, 10)} of ${withoutLogin(url)}: git says: ${says}. ${next}`;
  return new GitFailure({ kind: lasting?.kind ?? 'git', message }, !lasting);
}

/** The line that says why; git ends with advice. */
export function lastLine(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const why =
    lines.find((line) => /^(ssh|fatal|error|remote): |denied|Host key/.test(line)) ?? lines.at(-1) ?? 'nothing';
  return why.replace(/^(fatal|error|remote): /, '').replace(/\.$/, '');
}

/** An address can carry a password. */
export const withoutLogin = (text: string) => text.replace(/(\w+:\/\/)[^\s/@]+@/g, '$1');
