import { quoted } from './names';
import type { DecidedService, Decision } from './types';

/** The services about which something is said, and a hint of what else may be. */
export function servicesBlock({ services }: Decision): string[] {
  const said = Object.entries(services)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, service]) => [`  ${quoted(name)}:`, ...serviceLines(service)]);
  const hint = [
    '  # A service that nobody calls, such as a queue consumer:           NAME: { background: true }',
    '  # A migration, once per release, before the switch:                 NAME: { before: [{ command: […], undo: […] }] }',
  ];
  return [said.length > 0 ? 'services:' : '# services:', ...said, ...hint, ''];
}

const serviceLines = ({ accessory, completes, publish, volumes = {} }: DecidedService): string[] => [
  ...(completes ? ['    # It ends by itself: each release runs it once, before the switch.', '    completes: {}'] : []),
  ...(accessory === true ? ['    # It keeps data and outlives releases.', '    accessory: true'] : []),
  ...(accessory === false ? ['    # It is the application, although it keeps data.', '    accessory: false'] : []),
  ...(publish === false
    ? ['    # Do not publish its ports; other services still reach it.', '    publish: false']
    : []),
  ...(Object.keys(volumes).length > 0
    ? [
        '    # May the old and the new instance use a volume at the same time?',
        `    volumes: { ${Object.entries(volumes)
          .map(([volume, how]) => `${quoted(volume)}: ${how}`)
          .join(', ')} }`,
      ]
    : []),
];
