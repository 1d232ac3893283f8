import type { Command } from 'commander';
import { readSettings } from '../../activities/settings';
import { type Answer, type CommonOptions, does, examples } from '../deliver';
import { note } from '../print/output';

interface Options extends CommonOptions {
  register?: boolean;
}

export function define(command: Command): void {
  command
    .option('--register', 'only register the search attributes of windlass in the namespace, and end')
    .addHelpText(
      'after',
      examples('TEMPORAL_ADDRESS=temporal:7233 WINDLASS_REGISTRY=registry.example.com/team windlass worker') +
        `\n\n${VARIABLES}`,
    );
  does(command, worker);
}

const VARIABLES = `It has the credentials and does the work: it fetches, builds, pushes, and speaks to the hosts. Its environment says how:
  WINDLASS_INSTALLATION  name of the installation and its task queue (windlass)
  WINDLASS_REGISTRY      where images and records go when the manifest does not say
  DOCKER_HOST            the engine that builds, and that the host "local" means
  WINDLASS_PROXY_HTTP    the port that the proxy listens on (80)
  WINDLASS_SECRET_COMMANDS  programs that a secret's exec may run here, as op,vault (none)
  WINDLASS_KEY           tells changed secrets; the same for all workers (made and kept in WINDLASS_DATA)
  WINDLASS_SSH_IDENTITY  a key for hosts by SSH, besides those of the agent (SSH_AUTH_SOCK) and ~/.ssh/config
  WINDLASS_SSH_KNOWN_HOSTS, WINDLASS_SSH_CONFIG  besides ~/.ssh/known_hosts; instead of ~/.ssh/config
  WINDLASS_BUILDS        builds at a time (2)
  WINDLASS_LOG           warn, info or debug (warn)`;

function worker(options: Options): Promise<Answer> {
  return options.register ? register() : run();
}

async function register(): Promise<Answer> {
  const { withTemporal } = await import('../client');
  const { ensureAttributes } = await import('../temporal/register');
  return withTemporal(async (temporal) => {
    const registered = await ensureAttributes(temporal);
    const line = registered.length > 0 ? `Registered ${registered.join(', ')}` : 'All search attributes are registered';
    return { json: { namespace: temporal.namespace, registered }, lines: [`${line} in ${temporal.namespace}.`] };
  });
}

/** Runs until it is told to stop: Ctrl-C or SIGTERM. */
async function run(): Promise<Answer> {
  const settings = readSettings(process.env);
  const { startWorker } = await import('../worker');
  const { temporal, done } = await startWorker(settings, { signals: true });
  const { installation } = settings;
  const { address, namespace } = temporal;
  note(`worker ready: installation ${installation}, Temporal at ${address}, namespace ${namespace}`);
  await done;
  return { json: { installation, address, namespace, stopped: true }, lines: ['worker stopped'] };
}
