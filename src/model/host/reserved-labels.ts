/** Labels by which programs find what is theirs. A commit, or an image, that has them would pass for somebody else's container. */

/** Docker compose and swarms: take-over and leftovers are found by these. */
const OF_DOCKER = /^com\.docker\.(compose|stack|swarm)\./;

/** The reserved names among these labels: of compose, of swarms, and of any installation of windlass on the host. */
export function reservedLabels(installation: string, labels: Record<string, string>): string[] {
  const names = Object.keys(labels);
  const installations = names.flatMap((name) => {
    const prefix = name.endsWith('.role') ? name.slice(0, -'role'.length) : undefined;
    return prefix !== undefined && `${prefix}app` in labels ? prefix : [];
  });
  const prefixes = [`${installation}.`, ...installations];
  return names.filter((name) => OF_DOCKER.test(name) || prefixes.some((prefix) => name.startsWith(prefix)));
}

/** Programs that look at all containers of a host, and the labels by which they take orders. */
const PROGRAMS: [program: string, label: RegExp][] = [
  ['traefik', /^traefik\./],
  ['caddy', /^caddy(_\d+)?(\.|$)/],
  ['nginx-proxy', /^com\.github\.(nginx-proxy|jrcs|jwilder)\./],
  ['watchtower', /^com\.centurylinklabs\.watchtower\./],
  ['ofelia', /^ofelia\./],
  ['swarm-cronjob', /^swarm\.cronjob\./],
  ['autoheal', /^autoheal/],
  ['diun', /^diun\./],
  ['sablier', /^sablier\./],
  ['docker-volume-backup', /^docker-volume-backup\./],
];

/** Which programs of the host would take orders from these labels, each once. */
export const orderedPrograms = (labels: Record<string, string>): string[] =>
  PROGRAMS.flatMap(([program, label]) => (Object.keys(labels).some((name) => label.test(name)) ? program : []));
