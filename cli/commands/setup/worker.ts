import type { Command } from 'commander';
import { readSettings } from '../../../activities/settings';
import { type CommandResult, type CommonOptions, action, examples } from '../../deliver';
import { note } from '../../print/terminal/output';

interface Options extends CommonOptions {
  register?: boolean;
}

export function define(command: Command): void {
  command
    .option('--register', "register windlass's search attributes in the namespace and exit")
    .addHelpText(
      'after',
      examples('TEMPORAL_ADDRESS=temporal:7233 WINDLASS_REGISTRY=registry.example.com/team windlass worker') +
        `\n\n${VARIABLES}`,
    );
  action(command, worker);
}

const VARIABLES = `The worker has the credentials and does the work: it fetches, builds, pushes and talks to the hosts. Its variables:
  WINDLASS_INSTALLATION  the installation's name, also its task queue (windlass)
  WINDLASS_REGISTRY      the registry when the manifest names none
  DOCKER_HOST            the engine that builds, also the host "local"
  WINDLASS_PROXY         the proxy on each host, traefik or nginx (traefik)
  WINDLASS_PROXY_HTTP    the proxy's port (80)
  WINDLASS_POLICY        the file that says what each application may have: windlass docs policy (all is allowed)
  WINDLASS_SECRET_COMMANDS  programs a secret's exec may run, such as op,vault (none)
  WINDLASS_KEY           key that detects changed secrets and signs the ledger, the same for all workers (generated in WINDLASS_DATA)
  WINDLASS_LEDGER_KEYS   trusted public keys of workers with another key, as they print them when they start (none)
  WINDLASS_PAYLOAD_KEY, WINDLASS_PAYLOAD_KEY_FILE  key that encrypts everything in Temporal; commands need it too (none)
  WINDLASS_SSH_IDENTITY  an SSH key, besides those of the agent (SSH_AUTH_SOCK) and ~/.ssh/config
  WINDLASS_SSH_KNOWN_HOSTS, WINDLASS_SSH_CONFIG  added to ~/.ssh/known_hosts; replaces ~/.ssh/config
  WINDLASS_BUILDS        builds in parallel (2)
  WINDLASS_LOG           warn, info or debug (warn)`;

function worker(options: Options): Promise<CommandResult> {
  return options.register ? register() : run();
}

async function register(): Promise<CommandResult> {
  const { withTemporal } = await import('../../client');
  const { ensureAttributes } = await import('../../temporal/connect/register');
  return withTemporal(async (temporal) => {
    const registered = await ensureAttributes(temporal);
    const line =
      registered.length > 0 ? `Registered ${registered.join(', ')}` : 'All search attributes are already registered';
    return { json: { namespace: temporal.namespace, registered }, lines: [`${line} in ${temporal.namespace}.`] };
  });
}

/** Runs until Ctrl-C or SIGTERM. */
async function run(): Promise<CommandResult> {
  const settings = readSettings(process.env);
  const { describeConfinement, describeLedgerKey, startWorker } = await import('../../worker');
  note(await describeConfinement(), await describeLedgerKey(settings));
  const { temporal, done } = await startWorker(settings, { signals: true });
  const { installation } = settings;
  const { address, namespace } = temporal;
  note(`worker ready: installation ${installation}, Temporal at ${address}, namespace ${namespace}`);
  await done;
  return { json: { installation, address, namespace, stopped: true }, lines: ['worker stopped'] };
}
