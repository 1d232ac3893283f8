import { decide } from './decide';
import { quoted } from './names';
import { type Decision, type InitInput, NO_VALUES } from './types';
import { servicesBlock } from './write-services';

export interface InitResult {
  text: string;
  decided: string[];
  decision: Decision;
}

/** Writes a commented manifest for a compose project. */
export function writeManifest(input: InitInput): InitResult {
  const decision = decide(input);
  const last = decision.environments.length - 1;
  const text = [
    '# What a release needs beyond the compose file. `windlass docs` explains every key; `windlass check` checks them.',
    `app: ${decision.app}`,
    ...(input.compose ? [`compose: [${input.compose.map(quoted).join(', ')}]`] : []),
    ...(input.registry
      ? [`registry: ${input.registry}`]
      : ["# The registry for images and records; default: the worker's.", '# registry: registry.example.com/team']),
    '',
    ...foldersBlock(decision),
    ...servicesBlock(decision),
    '# In order of promotion: a release verified in one goes on to the next.',
    'environments:',
    ...decision.environments.flatMap((name, index) => [
      ...environmentBlock(name, index === last, input, decision),
      ...(index === last ? [] : ['']),
    ]),
    '',
  ].join('\n');
  return { text, decided: [...decision.told, ...askForProject(input, decision)], decision };
}

function projectLines({ project, folderProject }: InitInput): string[] {
  if (project)
    return [
      '    # The compose project running there today: accessories are adopted with their data, the rest is replaced.',
      `    project: ${project}`,
    ];
  if (!folderProject) return [];
  return [
    '    # If docker compose runs it there today, this takes it over with its data. `docker compose ls` shows the name.',
    `    # project: ${folderProject}`,
  ];
}

const askForProject = ({ project, folderProject }: InitInput, { environments }: Decision): string[] =>
  project || !folderProject
    ? []
    : [
        `If docker compose runs this in ${environments.at(-1)} today, write project: ${folderProject} there (docker compose ls shows the name): ` +
          'windlass then takes it over with its data. Otherwise it starts with empty volumes.',
      ];

function foldersBlock({ folders }: Decision): string[] {
  const lines = Object.entries(folders).map(([folder, volume]) => `  ${quoted(folder)}: ${volume}`);
  if (lines.length === 0) return [];
  return [
    '# Data folders: a volume (one per environment), or an absolute path of existing data on the hosts.',
    'folders:',
    ...lines,
    '',
  ];
}

function environmentBlock(name: string, isLast: boolean, input: InitInput, decision: Decision): string[] {
  const { values = NO_VALUES } = input;
  const { routes, app } = decision;
  const domain = isLast ? `${app}.localhost` : `${name}.${app}.localhost`;
  const hostOf = (service: string) =>
    routes.length > 1 ? `${service.toLowerCase().replace(/[^a-z0-9-]+/g, '-')}.${domain}` : domain;
  const secrets = { ...decision.secrets, ...(isLast && decision.lastSecrets) };
  return [
    `  ${name}:`,
    "    # The worker's engine.",
    '    hosts: [local]',
    ...(isLast ? projectLines(input) : []),
    ...block(
      'variables',
      Object.entries(values.variables).map(
        ([key, value]) => `${key}: ${text(value)}${value === '' ? ' # set this' : ''}`,
      ),
    ),
    ...block(
      'secrets',
      Object.entries(secrets).map(([key, variable]) => `${key}: { env: ${variableFor(app, name, variable)} }`),
      'The worker reads these in its own environment when it creates a container.',
    ),
    ...block(
      'envFiles',
      Object.entries(values.envFiles).map(
        ([path, entries]) =>
          `${quoted(path)}: { file: ${envFileFor(app, name, path)}, entries: [${entries.join(', ')}] }`,
      ),
      "Env files outside the commit, by their paths on the worker's machine.",
    ),
    ...block(
      'routes',
      routes.map(
        ({ service, port }) =>
          `- { service: ${quoted(service)}, host: ${hostOf(service)}${port === undefined ? '' : `, port: ${port}`} }`,
      ),
    ),
    ...(decision.recreate
      ? ['    # The old instances stop before the new ones start: an outage of some seconds.', '    strategy: recreate']
      : []),
    ...(isLast ? approvalLines(input) : []),
    '    # How long a release must stay healthy under traffic; until then, a failure rolls it back.',
    '    soak: 10s',
    ...verifyLines(routes),
  ];
}

const block = (key: string, lines: string[], comment?: string): string[] =>
  lines.length === 0
    ? []
    : [...(comment ? [`    # ${comment}`] : []), `    ${key}:`, ...lines.map((line) => `      ${line}`)];

const approvalLines = ({ approver }: InitInput): string[] => [
  '    # A release waits here until one of them approves its plan: windlass approve.',
  '    approval:',
  `      from: [${quoted(approver)}]`,
  '      # The starter may approve. Remove this line once the list has a second person.',
  '      starter: may',
];

function verifyLines(routes: Decision['routes']): string[] {
  const line = (service: string) => `- http: { service: ${quoted(service)}, path: /, status: 200 }`;
  const built = routes.filter(({ isBuilt }) => isBuilt);
  if (built.length > 0)
    return block(
      'verify',
      built.map(({ service }) => line(service)),
    );
  return routes
    .slice(0, 1)
    .flatMap(({ service }) => [
      '    # Checks before a release is committed; default: any answer below 500.',
      '    # verify:',
      `    #   ${line(service)}`,
    ]);
}

/** A variable of the worker: `SHOP_STAGING_API_TOKEN`. */
export const variableFor = (app: string, environment: string, secret: string) =>
  `${app}_${environment}_${secret}`.toUpperCase().replace(/[^A-Z0-9]/g, '_');

function envFileFor(app: string, environment: string, path: string): string {
  const name = path
    .replace(/(^|\/)\.?env$|\.env$/, '')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return `/etc/${app}/${[environment, ...(name ? [name] : [])].join('-')}.env`;
}

const text = (value: string) => (value === '' ? "''" : quoted(value));
