import type { Decision, QuestionSigning } from '../../src/model/approval/decision';
import { NAMESPACE, stateThat, type Statement, textToSign } from '../../src/model/approval/statement';
import type { CommandResult } from '../deliver';

type ToSign = Pick<Statement, 'installation' | 'app' | 'release' | 'decision' | 'by' | 'reason'> &
  Partial<Statement> & { signing: QuestionSigning };

/** What to sign on another machine, and the signal to send by Temporal's UI with the signature; without `said` no signature is wanted. */
export function signaturePage(decision: Decision, said: ToSign | undefined, validMs: number): CommandResult {
  const send = (payload: unknown) => [
    'Send the release the signal `decision` with',
    ...JSON.stringify(payload, undefined, 2).split('\n'),
  ];
  if (!said) return { json: { decision }, lines: send(decision) };
  const { signing, ...rest } = said;
  const { nonce } = signing;
  const expires = new Date(Date.now() + validMs).toISOString();
  const text = textToSign(stateThat({ ...rest, nonce, expires }));
  const payload = { ...decision, signed: { nonce, expires, signature: 'WHAT IT PRINTS' } };
  const command = `printf '%s\\n' ${quote(text.trimEnd())} | ssh-keygen -Y sign -n ${NAMESPACE} -f KEY | tr -d '\\n'`;
  return { json: { text, decision: payload }, lines: ['Sign where your key is:', command, ...send(payload)] };
}

/** A word for a shell. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
