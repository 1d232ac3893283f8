import type { Draft } from '../../src/manifest/record/record';
import { asSentence } from '../../src/model/text/path';
import type { Problem } from '../../src/model/text/problem';
import { didYouMean } from '../../src/model/text/suggest';

/** Checks CI's images: every built service needs one, named by its digest. */
export function checkGiven(
  draft: Pick<Draft, 'builds' | 'images' | 'shared'>,
  given: Record<string, string>,
): Problem[] {
  const built = draft.builds.map(({ service }) => service);
  const known = [...built, ...Object.keys(draft.images), ...Object.keys(draft.shared ?? {})];
  const unknown = Object.keys(given).filter((service) => !known.includes(service));
  const lacking = built.filter((service) => !(service in given));
  const loose = Object.entries(given).filter(([, reference]) => !/^[^@\s]+@sha256:[0-9a-f]{64}$/.test(reference));
  return [
    ...unknown.map((service) =>
      problem(service, `is not a service in the compose files. ${didYouMean(service, known)}`),
    ),
    ...lacking.map((service) =>
      problem(
        service,
        `has a build and no given image. Give an image for every service with a build: --image ${service}=REPOSITORY@sha256:…`,
      ),
    ),
    ...loose.map(([service, reference]) =>
      problem(
        service,
        `is ${reference}, which may be another image tomorrow. Expected REPOSITORY@sha256: and 64 digits, as a push prints it`,
      ),
    ),
  ];
}

const problem = (service: string, message: string): Problem => ({
  file: '--image',
  path: service,
  message: asSentence(message),
});

/** The draft with the given images, which are neither built nor resolved by tag. */
export function withGiven<D extends Pick<Draft, 'builds' | 'images' | 'shared'>>(
  draft: D,
  given: Record<string, string>,
): D {
  const left = <T>(map: Record<string, T>) =>
    Object.fromEntries(Object.entries(map).filter(([service]) => !(service in given)));
  return {
    ...draft,
    builds: draft.builds.filter(({ service }) => !(service in given)),
    images: left(draft.images),
    shared: left(draft.shared ?? {}),
  };
}
