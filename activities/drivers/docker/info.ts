import type { EngineInfo } from './engine';
import { ask, type Host } from './host';

/** The first engine API with BuildKit in it, on Linux (Docker 18.09). */
const BUILDKIT_SINCE = 39;

/** What kind of engine it is. */
export async function readInfo(host: Host): Promise<EngineInfo> {
  const [version, info] = await Promise.all([
    ask(host, 'ask the engine for its version', () => host.docker.version()),
    ask(host, 'ask the engine who it is', () => host.docker.info() as Promise<Info>),
  ]);
  return {
    version: version.Version,
    apiVersion: version.ApiVersion,
    os: version.Os,
    architecture: version.Arch,
    buildkit: hasBuildkit(version),
    name: info.Name,
    time: info.SystemTime,
    dataRoot: info.DockerRootDir,
  };
}

interface Info {
  Name: string;
  SystemTime: string;
  DockerRootDir: string;
}

interface Version {
  ApiVersion: string;
  Os: string;
  Components?: { Name: string }[];
}

function hasBuildkit({ ApiVersion, Os, Components = [] }: Version): boolean {
  const isDocker = !Components.some(({ Name }) => /podman/i.test(Name));
  return isDocker && Os === 'linux' && Number(ApiVersion.split('.')[1]) >= BUILDKIT_SINCE;
}
