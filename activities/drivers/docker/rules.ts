/**
 * What an engine's words mean. It answers many things that no retry mends with HTTP 500, and the errors of pull, push
 * and build with HTTP 200 inside the stream, so the text decides first and the status only where no rule knows the text.
 */
export interface Rule {
  says: RegExp;
  /** A stable word for programs; becomes `Failure.kind`. */
  kind: string;
  retry: boolean;
  /** What to do next, one sentence. */
  next: string;
}

export const RULES: Rule[] = [
  {
    says: /no space left on device/i,
    kind: 'no-space',
    retry: false,
    next: 'Free space on that host (docker system df tells what takes it) and release again.',
  },
  {
    says: /toomanyrequests|too many requests|rate limit/i,
    kind: 'rate-limited',
    retry: true,
    next: 'The registry limits how often it is asked; a login raises the limit.',
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
    next: 'Check user name and password of the registry in windlass.yaml, where the worker reads them, and their rights.',
  },
  {
    // Of a push, and before what an image that is not there is told with: see the registry's INCOMPLETE.
    says: /manifest blob unknown|digest invalid|blob upload (invalid|unknown)/i,
    kind: 'incomplete',
    retry: true,
    next: 'Others may be writing the same to the registry at this moment. If it lasts, read its log.',
  },
  {
    says: /manifest unknown|blob unknown|unknown blob|manifest for .* not found|no such image|repository .* (not found|does not exist)|name unknown|invalid reference format|reference does not exist|failed to resolve source metadata for .*: not found/i,
    kind: 'no-such-image',
    retry: false,
    next: 'Check the name, and that the image was pushed and not cleaned away.',
  },
  {
    says: /available.* IPv4 address pool|address pools have been fully subnetted/i,
    kind: 'no-address-pool',
    retry: false,
    next: 'Give the engine more and smaller networks: "default-address-pools" with size 26 in the engine\'s daemon.json.',
  },
  {
    says: /port is already allocated|address already in use/i,
    kind: 'port-taken',
    retry: false,
    next: 'Something else on that host listens there. Stop it, or publish another port.',
  },
  {
    // The engine says it with HTTP 403.
    says: /has active endpoints/i,
    kind: 'conflict',
    retry: true,
    next: 'A container has joined it meanwhile. If it lasts, see which: docker network inspect.',
  },
  {
    says: /executable file not found|unable to find user|no such file or directory: unknown|permission denied: unknown|is a directory: unknown/i,
    kind: 'bad-command',
    retry: false,
    next: 'Check command, entrypoint and user of the service against what is in the image.',
  },
  {
    says: /bind source path does not exist|invalid mount config|invalid volume specification|mount destination|error mounting/i,
    kind: 'bad-mount',
    retry: false,
    next: 'Check the mounts of the service; what is bound must be on the host already.',
  },
  {
    says: /connection refused|connection reset|i\/o timeout|TLS handshake timeout|deadline exceeded|Client\.Timeout|no such host|unexpected EOF|unexpected status.*: 5\d\d|network is unreachable|broken pipe/i,
    kind: 'unreachable',
    retry: true,
    next: 'If it lasts, check the network and the registry.',
  },
];

/** The first rule that knows the text. */
export const ruleFor = (text: string): Rule | undefined => RULES.find((rule) => rule.says.test(text));
