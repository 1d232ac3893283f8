import { existsSync, readFileSync } from 'node:fs';
import { createAgent, utils } from 'ssh2';
import type { Endpoint } from './endpoint';

export interface Logins {
  methods: object[];
  names: string[];
  left: string[];
}

/** The agent's keys, then those of files. Files are read now, because a key may have changed. */
export function findLogins({ user: username, agent, identities, identitiesOnly }: Endpoint): Logins {
  const logins: Logins = { methods: [], names: [], left: [] };
  if (agent && !identitiesOnly) {
    logins.methods.push({ type: 'agent', username, agent: createAgent(agent) });
    logins.names.push(`the agent at ${agent}`);
  }
  for (const file of identities.filter((one) => existsSync(one))) {
    const key = utils.parseKey(readFileSync(file));
    if (key instanceof Error) {
      logins.left.push(`${file}: ${isLocked(key) ? 'has a passphrase; add it to an agent' : key.message}`);
      continue;
    }
    logins.methods.push({ type: 'publickey', username, key: readFileSync(file) });
    logins.names.push(file);
  }
  return logins;
}

const isLocked = ({ message }: Error) => /encrypted|passphrase/i.test(message);

/** One method after another; `false` when none is left. */
export function inTurn({ methods }: Logins): () => object | false {
  const left = [...methods];
  return () => left.shift() ?? false;
}
