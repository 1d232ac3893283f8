import { KUBERNETES } from './kubernetes/rules';
import type { Rule } from './rule';

export type { Rule };

/**
 * What the error messages of engines, registries, clusters and git mean, and whether a retry can help: one table for all. An
 * engine answers permanent errors with HTTP 500, and errors of pull, push and build with HTTP 200 inside the
 * stream. So the text decides first, and the status only if no rule matches.
 */
export const ruleFor = (part: FailureSource, text: string): Rule | undefined =>
  FAILURES[part].find((rule) => rule.says.test(text));

/**
 * For a registry, the text is its status and error codes, or the name and code of the request's error; for Kubernetes, its
 * status, reason and message, or the same. For compose,
 * the rules know only failures of running it: what it finds wrong with the files is a problem of the manifest.
 */
export type FailureSource = 'engine' | 'git' | 'registry' | 'compose' | 'kubernetes';

/** The first matching rule applies. */
export const FAILURES: Record<FailureSource, Rule[]> = {
  kubernetes: KUBERNETES,
  engine: [
    {
      says: /no space left on device/i,
      kind: 'no-space',
      retry: false,
      next: 'Free space on that host (docker system df shows what uses it) and release again.',
    },
    {
      says: /toomanyrequests|too many requests|rate limit/i,
      kind: 'rate-limited',
      retry: true,
      next: 'The registry limits requests; a login raises the limit.',
    },
    {
      says: /no matching manifest for|exec format error|does not match the (specified|detected host) platform|requested image's platform/i,
      kind: 'wrong-platform',
      retry: false,
      next: "The image is not made for that host's processor. Build it for that platform.",
    },
    {
      says: /server gave HTTP response to HTTPS client|x509:|certificate (signed by unknown|is not valid)|tls: failed to verify/i,
      kind: 'untrusted-registry',
      retry: false,
      next: "Give the registry a certificate that the engine trusts, or list it in the engine's insecure-registries.",
    },
    {
      says: /unauthorized|no basic auth credentials|authentication required|access (forbidden|denied)|access to the resource is denied|requested access|incorrect username or password|\b401 Unauthorized|\b403 Forbidden|insufficient_scope/i,
      kind: 'unauthorised',
      retry: false,
      next: "Check the registry's username and password in windlass.yaml, their source on the worker, and their permissions.",
    },
    {
      // For a push, and before the rule for a missing image: see the registry's INCOMPLETE.
      says: /manifest blob unknown|digest invalid|blob upload (invalid|unknown)/i,
      kind: 'incomplete',
      retry: true,
      next: "Another push of the same content may be in progress. If this persists, read the registry's log.",
    },
    {
      says: /manifest unknown|blob unknown|unknown blob|manifest for .* not found|no such image|repository .* (not found|does not exist)|name unknown|invalid reference format|reference does not exist|failed to resolve source metadata for .*: not found/i,
      kind: 'no-such-image',
      retry: false,
      next: 'Check the name, and that the image was pushed and not deleted since.',
    },
    {
      says: /available.* IPv4 address pool|address pools have been fully subnetted/i,
      kind: 'no-address-pool',
      retry: false,
      next: 'Give the engine more, smaller networks: "default-address-pools" with size 26 in the engine\'s daemon.json.',
    },
    {
      says: /not a swarm manager/i,
      kind: 'no-manager',
      retry: true,
      next: 'Name a manager of the swarm: docker node ls, on one of them, lists them.',
    },
    {
      says: /does not have a leader|lost the leader|no elected primary|leader is changing/i,
      kind: 'no-leader',
      retry: true,
      next: 'Most of the managers must answer: docker node ls, on one of them, says who does not.',
    },
    {
      says: /port is already allocated|address already in use/i,
      kind: 'port-taken',
      retry: false,
      next: 'Another process on that host uses the port. Stop it, or publish another port.',
    },
    {
      // The engine answers with HTTP 403.
      says: /has active endpoints/i,
      kind: 'conflict',
      retry: true,
      next: 'A container has joined it. If this persists, find it: docker network inspect.',
    },
    {
      says: /executable file not found|unable to find (user|group)|no such file or directory: unknown|permission denied: unknown|is a directory: unknown/i,
      kind: 'bad-command',
      retry: false,
      next: "Check that the service's command, entrypoint, user and groups exist in the image.",
    },
    {
      says: /could not select device driver|error gathering device information/i,
      kind: 'no-device',
      retry: false,
      next: 'That host lacks the device or its driver. Install it there, or give the service a host that has it.',
    },
    {
      says: /bind source path does not exist|invalid mount config|invalid volume specification|mount destination|error mounting/i,
      kind: 'bad-mount',
      retry: false,
      next: "Check the service's mounts; bound paths must exist on the host.",
    },
    {
      says: /connection refused|connection reset|transport is closing|client connection is closing|i\/o timeout|TLS handshake timeout|deadline exceeded|Client\.Timeout|no such host|unexpected EOF|unexpected status.*: 5\d\d|network is unreachable|broken pipe/i,
      kind: 'unreachable',
      retry: true,
      next: 'If this persists, check the network and the registry.',
    },
    {
      // Anything else a kernel or engine cannot give a container.
      says: /OCI runtime \w+ failed|runc (create|run|exec) failed|failed to create (shim|containerd) task/i,
      kind: 'no-start',
      retry: false,
      next: "The engine cannot create a container with these settings. Check the service's capabilities, devices, limits and security options.",
    },
  ],
  git: [
    {
      says: /could not resolve host|connection (refused|reset|timed out|closed)|failed to connect|operation timed out|network is unreachable|no route to host|returned error: (5\d\d|429)|early EOF|unexpected disconnect|remote end hung up|RPC failed|kex_exchange_identification|unable to lock|cannot lock ref|index\.lock/i,
      kind: 'git',
      retry: true,
      next: "If this persists, check the worker's network",
    },
    {
      says: /authentication failed|could not read (username|password)|permission denied|access denied|returned error: 40[13]|terminal prompts disabled/i,
      kind: 'unauthorised',
      retry: false,
      next: "Give the worker's git credentials: a credential helper or an SSH key",
    },
    {
      says: /not found|does not appear to be a git repository|no such (file|remote)|repository .* does not exist|transport .* not allowed|unsupported protocol|not supported|unable to find remote helper/i,
      kind: 'no-such-repository',
      retry: false,
      next: "Check the address and the worker's access to it; a path must exist on the worker's machine",
    },
    {
      says: /mismatched algorithms/i,
      kind: 'other-names',
      retry: false,
      next: 'Give the full commit id, as git rev-parse HEAD prints it',
    },
    {
      says: /dubious ownership/i,
      kind: 'unauthorised',
      retry: false,
      next: "The folder belongs to another user. Allow the worker's git to use it: git config --global --add safe.directory PATH",
    },
    {
      says: /host key verification failed/i,
      kind: 'unknown-host',
      retry: false,
      next: "Add the host's key to the worker's known_hosts",
    },
  ],
  registry: [
    {
      says: /^40[13]\b/,
      kind: 'unauthorised',
      retry: false,
      next: 'Check the username and password in windlass.yaml, their source on the worker, and their permissions',
    },
    {
      says: /^404\b/,
      kind: 'not-found',
      retry: false,
      next: 'Check the name, and that it was not deleted from the registry',
    },
    { says: /^429\b/, kind: 'rate-limited', retry: true, next: 'A login raises the limit' },
    {
      says: /^(5\d\d|408)\b/,
      kind: 'registry-error',
      retry: true,
      next: "If this persists, read the registry's log",
    },
    {
      // How a registry refuses a write when earlier parts are incomplete (OCI distribution 1.1,
      // "Error Codes"). Distribution 2.8 rewrites a blob's link in place, so a concurrent write of
      // the same blob empties it briefly.
      says: /\b(DIGEST_INVALID|MANIFEST_BLOB_UNKNOWN|BLOB_UPLOAD_INVALID|BLOB_UPLOAD_UNKNOWN)\b/,
      kind: 'incomplete',
      retry: true,
      next: "Another write of the same content may be in progress. If this persists, read the registry's log",
    },
    { says: /^4\d\d\b/, kind: 'refused', retry: false, next: 'Expected a registry with the OCI distribution API' },
    { says: /^TimeoutError/, kind: 'timeout', retry: true, next: 'Check that it is running and not overloaded' },
    {
      says: /CERT|SELF_SIGNED|ERR_TLS/,
      kind: 'untrusted-registry',
      retry: false,
      next: 'Give the worker its certificate authority: NODE_EXTRA_CA_CERTS',
    },
    {
      says: /ERR_SSL/,
      kind: 'untrusted-registry',
      retry: false,
      next: "If this is intended, add it to the worker's WINDLASS_INSECURE_REGISTRIES",
    },
    {
      says: /ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|UND_ERR|other side closed|socket/i,
      kind: 'unreachable',
      retry: true,
      next: 'Check that it is running and the worker can reach it',
    },
  ],
  compose: [
    {
      // The second is of a `docker` without the plugin: it takes the first flag after `compose` for its own.
      says: /^no such program|is not a docker command|unknown (docker )?command: (")?docker|unknown shorthand flag: 'p' in -p/,
      kind: 'no-compose',
      retry: false,
      next: 'Install Docker Compose, or set the command to run: WINDLASS_COMPOSE',
    },
    {
      says: /^unknown flag: /m,
      kind: 'old-compose',
      retry: false,
      next: 'Expected Docker Compose 2.33 or newer; to use another one: WINDLASS_COMPOSE',
    },
    {
      // Before the rule on memory: a machine that has none left for a while says much the same.
      says: /resource temporarily unavailable|EAGAIN|EMFILE|ENFILE|ENOMEM|ETXTBSY/,
      kind: 'busy',
      retry: true,
      next: 'The machine of the worker has no processes, files or memory left at this moment. If it lasts, see what takes them',
    },
    {
      says: /^(fatal error|runtime): .*(memory|out of)|cannot allocate memory|fatal error: stack overflow/im,
      kind: 'too-much',
      retry: false,
      next: 'The compose files need more memory than windlass lets them have. Look for aliases within aliases',
    },
    {
      says: /no space left on device|ENOSPC/,
      kind: 'no-space',
      retry: false,
      next: 'Free space for the temporary files of the worker, and release again',
    },
    {
      says: /took longer than \d+ s/,
      kind: 'timeout',
      retry: true,
      next: 'Check that the machine of the worker is not overloaded. If it lasts, look for aliases within aliases in the compose files',
    },
  ],
};
