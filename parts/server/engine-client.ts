import Docker from 'dockerode';

/** The Docker API client for `unix:///path`, or for whatever else DOCKER_HOST may hold. */
export function clientOf(host: string): Docker {
  if (host.startsWith('unix://')) return new Docker({ socketPath: host.slice('unix://'.length) });
  return new Docker(fromEnvironment(host));
}

/** The client reads the rest of Docker's settings, such as certificates, from the environment itself. */
function fromEnvironment(host: string): Docker.DockerOptions | undefined {
  if (host === process.env.DOCKER_HOST) return undefined;
  const { hostname, port } = new URL(host.replace(/^tcp:/, 'http:'));
  return { host: hostname, port: port || 2375 };
}
