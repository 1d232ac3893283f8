import type { SignedStatement, Statement, StatementWord } from '../../src/model/approval/statement';
import { acceptedBy, detailOfRequest, ofRecord, usableUntil } from '../../src/model/approval/statement-parts';
import type { PlanInput } from '../types';
import type { Unproved } from '../../src/model/inspection';
import type { PolicyGate } from '../../src/policy/judge/rules-for';
import { type People, verifyStatement } from './verify-statement';

/** What a rollout must show before it is carried out, under a policy that wants decisions signed. */

export interface ToProve {
  installation: string;
  input: PlanInput;
  statements: SignedStatement[];
  people: People;
  /** All of them must be passed. */
  gates: PolicyGate[];
  operators: string[];
  hash: string;
  isSealed: boolean;
  /** ms since 1970. */
  now: number;
}

/** The statements that the rollout uses up, or why they do not prove that it is wanted, in a sentence. */
export type Proved = { uses: SignedStatement[] } | Unproved;

export function prove(wanted: ToProve): Proved {
  const { kind, forget } = wanted.input;
  if (forget !== undefined) return proveAsked(wanted, 'forget');
  if (kind === 'rollback') return proveAsked(wanted, 'rollback');
  if (kind === 'eject') return proveAsked(wanted, 'eject');
  return proveRelease(wanted);
}

function proveAsked(wanted: ToProve, word: StatementWord): Proved {
  const { input, operators, hash, people } = wanted;
  const about = { ...ofRecord(input.record ?? input.current), ...(word === 'eject' && { plan: hash }) };
  const { found, lacks } = find(wanted, word, { ...about, detail: detailOfRequest(input) });
  const counts = found.filter(({ by }) => operators.length === 0 || operators.includes(by));
  if (counts[0]) return { uses: [counts[0]] };
  if (found[0]) return { lacks: `${found[0].by} is not among the operators: ${operators.join(', ')}` };
  const known = operators.length > 0 ? operators : Object.keys(people);
  return { lacks: lacks ?? `the ${word} is not signed by one of ${known.join(', ')}` };
}

function proveRelease(wanted: ToProve): Proved {
  const { input, gates, hash } = wanted;
  const { record } = input;
  const started = find({ ...wanted, now: -Infinity }, 'start', { environment: '', release: record?.release });
  const start = started.found[0];
  if (!start) return { lacks: started.lacks ?? 'nobody has signed the start of the release. Start it again' };
  if (gates.length === 0) return proveUngated(wanted, start);
  const approved = find(wanted, 'approve', { ...ofRecord(record), plan: hash });
  for (const { from, count, starterMay } of gates) {
    const persons = new Set(
      approved.found.map(({ by }) => by).filter((by) => from.includes(by) && (starterMay || by !== start.by)),
    );
    if (persons.size < count)
      return {
        lacks: approved.lacks ?? `${count} of ${from.join(', ')} must sign this plan, and ${persons.size} have`,
        canBeAsked: true,
      };
  }
  return { uses: approved.found };
}

/** Nobody has read the plan, so the release is exactly what its starter has signed. */
function proveUngated({ input, isSealed, now }: ToProve, start: SignedStatement): Proved {
  const { acceptEmpty = [] } = input;
  if (!(Date.parse(usableUntil(start)) > now))
    return { lacks: `${start.by} has signed the start of the release too long ago. Start it again` };
  if (!isSealed) return { lacks: 'no worker of this installation has stored its record' };
  const accepted = acceptedBy(start);
  const more = acceptEmpty.filter((service) => !accepted.includes(service));
  if (more.length === 0) return { uses: [start] };
  return { lacks: `${start.by} has not signed that ${more.join(', ')} may start without its data` };
}

function find(
  { installation, input: { app, environment }, statements, people, now }: ToProve,
  decision: StatementWord,
  about: Partial<Statement>,
): { found: SignedStatement[]; lacks?: string } {
  const expected = Object.entries({ installation, app, environment, decision, ...about });
  const meant = statements.filter((one) => expected.every(([key, value]) => one[key as keyof Statement] === value));
  const found = new Map<string, SignedStatement>();
  let lacks: string | undefined;
  for (const one of meant) {
    const verified = verifyStatement(one, people, now);
    if ('refused' in verified) lacks ??= verified.refused;
    else found.set(verified.person, one);
  }
  return { found: [...found.values()], lacks };
}
