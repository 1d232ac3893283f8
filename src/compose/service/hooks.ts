import type { Hook, Hooks } from '../../model/container/container';
import type { ServiceKind } from '../../model/service';
import type { ComposeHook, ComposeService } from '../model';
import type { Diagnostics } from '../diagnostics';

const KEYS = ['post_start', 'pre_stop'] as const;

/** What is run in an instance after its start and before its stop; undefined where nothing is. */
export function readHooks(
  service: ComposeService,
  kind: ServiceKind,
  at: string[],
  notes: Diagnostics,
): Hooks | undefined {
  const [postStart, preStop] = KEYS.map((key) => (service[key] ?? []).flatMap(readHook));
  if (!postStart?.length && !preStop?.length) return undefined;
  if (kind === 'accessory' || kind === 'one-off')
    for (const key of KEYS.filter((one) => service[one]?.length))
      notes.refuse(
        [...at, key],
        kind === 'accessory'
          ? 'belongs to a start, but an accessory stays while releases come and go. Start it from the entrypoint, or write accessory: false'
          : 'belongs to a service that stays, but this one runs once and ends. Make it a part of its command',
      );
  return { ...(postStart?.length && { postStart }), ...(preStop?.length && { preStop }) };
}

function readHook({ command, user, privileged, working_dir, environment = {} }: ComposeHook): Hook[] {
  if (!command?.length) return [];
  const said = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== null);
  return [
    {
      command,
      ...(user && { user }),
      ...(privileged && { privileged }),
      ...(working_dir && { workingDir: working_dir }),
      ...(said.length > 0 && { environment: Object.fromEntries(said) }),
    },
  ];
}
