import type { Finding } from '../../model/text/path';
import type { Applying, Where } from './rules-for';
import { matches } from '../pattern';

export interface Key {
  path: (string | number)[];
  patterns(rule: Applying['rule']): string[];
  separators?: string;
}

/** Does one of the rules allow a value? */
export const allows = (rules: Applying[], { patterns, separators }: Key, value: string): boolean =>
  rules.some(({ rule }) => patterns(rule).some((pattern) => matches(pattern, value, separators)));

/** That none does: at the last rule that says the key, else at the last rule. `what` is asked for, a clause. */
export function notAllowed(rules: Applying[], where: Where, { path, patterns }: Key, what: string): Finding {
  const saying = rules.filter(({ rule }) => patterns(rule).length > 0);
  const at = (saying.at(-1) ?? rules.at(-1))!;
  const all = [...new Set(saying.flatMap(({ rule }) => patterns(rule)))];
  return {
    path: ['rules', at.index, ...path],
    message: `allows ${describeWhere(where)} ${all.length > 0 ? `${all.join(', ')} alone` : 'nothing of it'}, and ${what}. Use what is allowed, or ask the policy's owner`,
  };
}

export const describeWhere = ({ app, environment }: Where): string => `${app} in ${environment}`;
