import type { EngineInfo } from './engine';
import { ask, type Host } from './host';

/** The first engine API with BuildKit in it, on Linux (Docker 18.09). */
const BUILDKIT_SINCE = 39;

/** The first engine API with volume subpaths (Docker 26); older engines silently mount the whole volume. */
const SUBPATH_SINCE = 45;

/** Can the engine mount a part of a volume? */
export const mountsParts = ({ apiVersion }: Pick<EngineInfo, 'apiVersion'>): boolean =>
  minor(apiVersion) >= SUBPATH_SINCE;

/** `1.41` → 41 */
export const minor = (apiVersion: string): number => Number(apiVersion.split('.')[1]);

/** The engine's version and features. */
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
  return isDocker && Os === 'linux' && minor(ApiVersion) >= BUILDKIT_SINCE;
}
