/** The platforms (`linux/amd64`) of a service's image: as its registry lists them, or as it is built. */
export interface ImagePlatforms {
  /** Undefined where it is built. */
  image?: string;
  platforms: string[];
  /** It has a variant for each; an engine pulls no other. */
  isList: boolean;
}

/** `linux/amd64`, of what an engine or a registry says of itself. */
export const platformOf = ({ os, architecture }: { os: string; architecture: string }): string =>
  `${os}/${architecture}`;

/** What an engine runs besides its own. */
const ALSO: Record<string, string> = { 'linux/amd64': 'linux/386', 'linux/arm64': 'linux/arm' };

/** Is an image of these platforms for this one? Where none are known, it is taken to be. */
export const isForPlatform = (platform: string, platforms: string[]): boolean =>
  platforms.length === 0 || platforms.includes(platform) || platforms.includes(ALSO[platform] ?? platform);

/** Whether the services of a host can run on its platform: what is sure to fail is refused, what emulation may save is a warning. */
export function judgePlatform(
  platform: string,
  services: string[],
  images: Record<string, ImagePlatforms>,
): { refusal?: string; warnings: string[] } {
  const wrong = services.flatMap((service) => {
    const found = images[service];
    return found && !isForPlatform(platform, found.platforms) ? [{ service, ...found }] : [];
  });
  const refused = wrong.filter(({ isList }) => isList);
  const refusal = refused
    .map(({ service, image, platforms }) => `image ${image} of ${service} exists for ${platforms.join(', ')} only`)
    .join(', and ');
  return {
    ...(refusal && { refusal: `is ${platform}, but ${refusal}. Name another image, or hosts of that platform` }),
    warnings: wrong
      .filter(({ isList }) => !isList)
      .map(({ service, image, platforms }) => {
        const what = image ? `image ${image} of ${service} is for` : `${service} is built for`;
        const remedy = `. Name the platform under build in the compose file (platforms: [${platform}]), or build on such an engine`;
        return `the engine is ${platform}, and ${what} ${platforms.join(', ')}: it starts only where the host emulates that${image ? '' : remedy}`;
      }),
  };
}
