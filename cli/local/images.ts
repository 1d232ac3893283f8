import { createHash } from 'node:crypto';
import { UserError } from '../errors';

const DIGEST = /^[^\s@]+@sha256:[0-9a-f]{64}$/;

/** Reads `web=registry/shop/web@sha256:…`, once per service. Reports all faults at once. */
export function parseImages(given: string[]): Record<string, string> | undefined {
  const images: Record<string, string> = {};
  const problems: string[] = [];
  for (const text of given) {
    const [, service, image] = /^([^=]+)=(.*)$/.exec(text) ?? [];
    if (!service || !image) problems.push(`--image ${text}: expected SERVICE=REPOSITORY@sha256:DIGEST`);
    else if (!DIGEST.test(image))
      problems.push(
        `--image ${service}: "${image}" has no digest. Expected REPOSITORY@sha256: and 64 hexadecimal digits`,
      );
    else if (images[service]) problems.push(`--image ${service}: given twice`);
    else images[service] = image;
  }
  if (problems.length > 0)
    throw new UserError(
      problems.join('\n'),
      undefined,
      'A push prints the digest: docker push … ends with "digest: sha256:…".',
    );
  return given.length > 0 ? images : undefined;
}

/** A text that is the same for the same images in any order. */
export function fingerprintOf(images: Record<string, string> | undefined): string | undefined {
  if (!images) return undefined;
  const entries = Object.entries(images).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex');
}
