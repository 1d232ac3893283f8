import { failureIn } from '../errors';
import type { Swarm } from './swarm';

/** What one manager says that another may not say: it is away, is no manager, or knows no leader. */
const OTHERS_MAY_ANSWER = new Set(['unreachable', 'timeout', 'no-manager', 'no-leader', 'host-key', 'unauthorised']);

/** The manager that answered last, by the addresses of all. It is asked first. */
const last = new Map<string, number>();

/**
 * A swarm, asked through whichever of its managers answers. A call that one of them may have carried out before it was lost is sent to the next:
 * what is created has a name, and what is changed has a version, so neither happens twice.
 */
export function anyManager(managers: Swarm[]): Swarm {
  const key = managers.map(({ host }) => host).join();
  const ask = async (name: keyof Swarm, args: unknown[]): Promise<unknown> => {
    const first = last.get(key) ?? 0;
    for (let tries = 0; ; tries++) {
      const at = (first + tries) % managers.length;
      try {
        const answer = await (managers[at]![name] as (...args: unknown[]) => Promise<unknown>)(...args);
        last.set(key, at);
        return answer;
      } catch (error) {
        if (tries + 1 >= managers.length || !OTHERS_MAY_ANSWER.has(failureIn(error)?.kind ?? '')) throw error;
      }
    }
  };
  return new Proxy(managers[0]!, {
    get: (_, name) =>
      name === 'host' ? managers[last.get(key) ?? 0]!.host : (...args: unknown[]) => ask(name as keyof Swarm, args),
  });
}
