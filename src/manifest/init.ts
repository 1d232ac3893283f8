import { isLiteralSecret, looksSecret } from '../model/secret';

/** As much of a compose service as a first manifest is made from. */
export interface InitService {
  build?: unknown;
  image?: string;
  ports?: { target: number; published?: string; protocol?: string }[];
  volumes?: { type: string; source?: string }[];
  environment?: Record<string, string | null>;
  depends_on?: Record<string, unknown>;
}

export interface InitInput {
  app: string;
  /** The compose files, where compose would not find them itself. */
  compose?: string[];
  services: Record<string, InitService>;
  /** Compose's own secrets: what each is on a laptop. */
  secrets?: Record<string, { environment?: string }>;
  /** Variables that the compose files use and that have no default: to be declared. */
  unset?: string[];
  /** The compose project that runs in production today, where that is known. */
  project?: string;
  /** What compose calls the project of this folder. */
  folderProject?: string;
  registry?: string;
  /** Who may approve. */
  approver: string;
}

export interface InitResult {
  /** The text of `windlass.yaml`. */
  text: string;
  /** What a person must look at, a sentence each. */
  undecided: string[];
}

/** A commented manifest for a compose project as it is: what can be seen is decided, the rest is named. */
export function writeManifest(input: InitInput): InitResult {
  const undecided: string[] = [];
  const seen = lookAt(input, undecided);
  const text = [
    '# What a release needs beyond the compose file. `windlass docs` explains every key, `windlass check` looks at all of it.',
    `app: ${input.app}`,
    ...(input.compose ? [`compose: [${input.compose.join(', ')}]`] : []),
    ...(input.registry
      ? [`registry: ${input.registry}`]
      : [
          '# Where images and records are kept; without it, what the worker is set to.',
          '# registry: registry.example.com/team',
        ]),
    '',
    ...servicesBlock(seen),
    '# In the order of promotion: what was verified in one goes on to the next.',
    'environments:',
    ...environmentBlock('staging', input, seen, []),
    '',
    ...environmentBlock('production', input, seen, [
      ...projectLines(input, undecided),
      '    # A release waits here until one of them has read its plan: windlass approve.',
      '    approval:',
      `      from: [${quoted(input.approver)}]`,
      '      # Alone, one approves what one started. With a second person in the list, remove this line.',
      '      starter: may',
    ]),
    '',
  ].join('\n');
  return { text, undecided };
}

/** What runs there today is seen by nobody here: it is said, or asked. */
function projectLines({ project, folderProject }: InitInput, undecided: string[]): string[] {
  if (project)
    return [
      '    # What docker compose runs there today: accessories are adopted as they are, with their data, the rest is replaced.',
      `    project: ${project}`,
    ];
  if (!folderProject) return [];
  undecided.push(
    `If docker compose runs this in production today, write project: ${folderProject} there (docker compose ls tells the name): ` +
      'what runs is taken over with its data. Without it, production begins with empty volumes.',
  );
  return [
    '    # If docker compose runs it there today, this takes it over, with its data. `docker compose ls` tells the name.',
    `    # project: ${folderProject}`,
  ];
}

/** What compose calls the project of a folder: its name without what compose does not take. */
export const composeProjectFrom = (folder: string): string =>
  folder
    .toLowerCase()
    .replace(/[^-_a-z0-9]/g, '')
    .replace(/^[-_]+/, '');

interface Seen {
  routed: string[];
  /** Routed services with more than one port need it said. */
  ports: Record<string, number>;
  unpublished: string[];
  accessories: string[];
  secrets: string[];
  variables: string[];
}

function lookAt({ services, secrets: own = {}, unset = [] }: InitInput, undecided: string[]): Seen {
  const entries = Object.entries(services)
    .map(([name, service]): [string, InitService] => [name, { ...service, ports: service.ports?.filter(isHttp) }])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const accessories = entries.filter(([, service]) => isAccessory(service)).map(([name]) => name);
  const published = entries.filter(([name, { ports = [] }]) => ports.length > 0 && !accessories.includes(name));
  const built = published.filter(([, { build }]) => build);
  // A front that is not built stands before what is: then it is the one that people call.
  const fronts = published.filter(([, { build, depends_on = {} }]) => !build && Object.keys(depends_on).length > 0);
  const routed = (fronts.length > 0 ? fronts : built.length > 0 ? built : published).map(([name]) => name);
  const lost = entries
    .filter(([name, { ports = [] }]) => ports.length > 0 && !routed.includes(name))
    .map(([name]) => name);
  const ports = Object.fromEntries(
    entries.flatMap(([name, service]) =>
      routed.includes(name) && (service.ports?.length ?? 0) > 1 ? [[name, service.ports![0]!.target]] : [],
    ),
  );
  if (routed.length === 0)
    undecided.push('No service publishes a port, so none is routed: write under routes which one people call.');
  if (routed.length > 1)
    undecided.push(`${routed.join(', ')} all publish ports, so each has a route: remove those that only others call.`);
  for (const [name, port] of Object.entries(ports))
    undecided.push(`${name} publishes several ports; its route leads to ${port}.`);
  for (const name of lost)
    undecided.push(
      `${name} publishes a port on a laptop; releases leave it out (publish: false), for environments share a host here.`,
    );
  const secrets = literalSecrets(entries, undecided);
  const variables = unset.filter((name) => !looksSecret(name));
  const unsetSecrets = unset.filter((name) => looksSecret(name));
  for (const name of variables)
    undecided.push(
      `The compose file takes \${${name}} from the environment: write under variables what it is in each environment.`,
    );
  return {
    routed,
    ports,
    unpublished: lost,
    accessories,
    secrets: [...new Set([...secrets, ...unsetSecrets, ...declaredSecrets(own)])],
    variables,
  };
}

/** A route is for HTTP, which goes over TCP. */
const isHttp = ({ protocol = 'tcp' }: { protocol?: string }) => protocol === 'tcp';

/** What compose takes from a variable goes by the name of that, what lies in a file by its own. */
const declaredSecrets = (own: NonNullable<InitInput['secrets']>): string[] =>
  Object.entries(own).map(([name, { environment = name }]) => environment);

/** As the rule has it: a named volume, and nothing to build. */
const isAccessory = ({ build, volumes = [] }: InitService) =>
  !build && volumes.some(({ type, source }) => type === 'volume' && source);

function literalSecrets(entries: [string, InitService][], undecided: string[]): string[] {
  return entries.flatMap(([service, { environment = {} }]) =>
    Object.entries(environment)
      .filter(([name, value]) => value !== null && isLiteralSecret(name, value))
      .map(([name]) => {
        undecided.push(
          `${service} has ${name} written out in the compose file: write ${name}: \${${name}:-…} there, with what a laptop may use; it is declared under secrets here.`,
        );
        return name;
      }),
  );
}

function servicesBlock({ unpublished, accessories }: Seen): string[] {
  const names = [...new Set([...accessories, ...unpublished])].sort();
  const said = names.flatMap((name) => [
    `  ${quoted(name)}:`,
    ...(accessories.includes(name)
      ? ['    # It keeps data: it stays while releases come and go.', '    accessory: true']
      : []),
    ...(unpublished.includes(name)
      ? ['    # Its ports are for a laptop; other services reach it all the same.', '    publish: false']
      : []),
  ]);
  const hint = [
    '  # A service that nobody calls, as a consumer of a queue:          NAME: { background: true }',
    '  # A migration, once in each release, before traffic is switched:  NAME: { before: [{ command: […], undo: […] }] }',
  ];
  return [said.length > 0 ? 'services:' : '# services:', ...said, ...hint, ''];
}

function environmentBlock(name: string, input: InitInput, seen: Seen, more: string[]): string[] {
  const domain = name === 'production' ? `${input.app}.localhost` : `${name}.${input.app}.localhost`;
  const hostOf = (service: string) =>
    seen.routed.length > 1 ? `${service.toLowerCase().replace(/[^a-z0-9-]+/g, '-')}.${domain}` : domain;
  const routes = seen.routed.map((service) => {
    const port = seen.ports[service];
    return `      - { service: ${quoted(service)}, host: ${hostOf(service)}${port === undefined ? '' : `, port: ${port}`} }`;
  });
  const verify = seen.routed.map((service) => `      - http: { service: ${quoted(service)}, path: /, status: 200 }`);
  return [
    `  ${name}:`,
    '    # The engine of the worker.',
    '    hosts: [local]',
    ...(seen.variables.length > 0
      ? ['    variables:', ...seen.variables.map((variable) => `      ${variable}: '' # to be decided`)]
      : []),
    ...(seen.secrets.length > 0
      ? [
          '    # Read by the worker when a container is made, from its own environment.',
          '    secrets:',
          ...seen.secrets.map((secret) => `      ${secret}: { env: ${variableFor(input.app, name, secret)} }`),
        ]
      : []),
    ...(routes.length > 0 ? ['    routes:', ...routes] : []),
    ...more,
    '    # How long a release must stay healthy under traffic; until then it goes back by itself.',
    '    soak: 10s',
    ...(verify.length > 0 ? ['    verify:', ...verify] : []),
  ];
}

/** A variable of the worker: `SHOP_STAGING_API_TOKEN`. */
const variableFor = (app: string, environment: string, secret: string) =>
  `${app}_${environment}_${secret}`.toUpperCase().replace(/[-.]/g, '_');

/** Plain where YAML reads it as a text, else quoted. */
const quoted = (text: string) =>
  /^[A-Za-z][\w.@-]*$/.test(text) && !/^(true|false|null|yes|no|on|off)$/i.test(text) ? text : JSON.stringify(text);

/** The name of a folder as the name of an application: `My Shop` → `my-shop`. */
export function appNameFrom(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '');
  return name || 'app';
}
