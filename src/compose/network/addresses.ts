import type { ComposeModel, ComposeService } from '../model';

/** `//10.5.0.6:6379`, `//user:password@10.5.0.6/db` */
const IN_URL = /(?<=:\/\/(?:[^\s/@]*@)?)(?:\d+\.){3}\d+(?=[:/?,]|$)/g;
const ALONE = /^((?:\d+\.){3}\d+)(:\d+)?$/;
const OF_A_HOST = /(HOST|HOSTNAME|SERVER|ADDR|ADDRESS|URL|URI|ENDPOINT)S?$/i;

/**
 * A setting that holds the fixed address of another service names that service instead, because each release's networks have addresses
 * of their own: in URLs, in variables that are called after a host, and in `extra_hosts`, which become `links`. Elsewhere it stays, as not
 * all programs take a name there.
 */
export function withNamesForAddresses(model: ComposeModel): ComposeModel {
  const { services = {} } = model;
  const names = new Map(
    Object.entries(services).flatMap(([name, { networks = {} }]) =>
      Object.values(networks).flatMap((said) =>
        typeof said?.['ipv4_address'] === 'string' ? [[said['ipv4_address'], name]] : [],
      ),
    ) as [string, string][],
  );
  if (names.size === 0) return model;
  const entries = Object.entries(services).map(([name, service]) => [name, renamed(service, names)]);
  return { ...model, services: Object.fromEntries(entries) as Record<string, ComposeService> };
}

function renamed(service: ComposeService, names: Map<string, string>): ComposeService {
  const { environment, extra_hosts: hosts = [], links = [] } = service;
  const linked = hosts.flatMap((host) => {
    const [, alias = '', address = ''] = /^([^=:]+)[=:](.*)$/.exec(host) ?? [];
    const name = names.get(address);
    return name === undefined ? [] : [{ host, link: `${name}:${alias}` }];
  });
  const left = hosts.filter((host) => !linked.some((one) => one.host === host));
  return {
    ...service,
    ...(environment && { environment: inEnvironment(environment, names) }),
    ...(linked.length > 0 && { extra_hosts: left, links: [...links, ...linked.map(({ link }) => link)] }),
  };
}

const inEnvironment = (environment: Record<string, string | null>, names: Map<string, string>) =>
  Object.fromEntries(
    Object.entries(environment).map(([name, value]) => {
      if (value === null) return [name, value];
      const [, address = '', port = ''] = ALONE.exec(value) ?? [];
      const other = OF_A_HOST.test(name) ? names.get(address) : undefined;
      return [
        name,
        other === undefined ? value.replace(IN_URL, (found) => names.get(found) ?? found) : `${other}${port}`,
      ];
    }),
  );
