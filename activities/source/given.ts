import type { Draft } from '../../src/manifest/record';
import { asSentence } from '../../src/model/path';
import type { Problem } from '../../src/model/problem';
import { didYouMean } from '../../src/model/suggest';

/** Images that CI has built: each service that would be built needs one, and each must be named by its digest. */
export function checkGiven(draft: Pick<Draft, 'builds' | 'images'>, given: Record<string, string>): Problem[] {
  const built = draft.builds.map(({ service }) => service);
  const known = [...built, ...Object.keys(draft.images)];
  const unknown = Object.keys(given).filter((service) => !known.includes(service));
  const lacking = built.filter((service) => !(service in given));
  const loose = Object.entries(given).filter(([, reference]) => !/^[^@\s]+@sha256:[0-9a-f]{64}$/.test(reference));
  return [
    ...unknown.map((service) =>
      problem(service, `is not a service of the compose files. ${didYouMean(service, known)}`),
    ),
    ...lacking.map((service) =>
      problem(
        service,
        `is built by the compose file, and no image is given for it. Give one for every service that is built: --image ${service}=REPOSITORY@sha256:…`,
      ),
    ),
    ...loose.map(([service, reference]) =>
      problem(
        service,
        `is ${reference}, which can mean another image tomorrow. Expected REPOSITORY@sha256: and 64 digits, as a push prints it`,
      ),
    ),
  ];
}

const problem = (service: string, message: string): Problem => ({
  file: '--image',
  path: service,
  message: asSentence(message),
});

/** The draft with what was given: that is neither built nor looked up by its tag any more. */
export function withGiven<D extends Pick<Draft, 'builds' | 'images'>>(draft: D, given: Record<string, string>): D {
  return {
    ...draft,
    builds: draft.builds.filter(({ service }) => !(service in given)),
    images: Object.fromEntries(Object.entries(draft.images).filter(([service]) => !(service in given))),
  };
}
