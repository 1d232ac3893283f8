import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { basesOf } from '../../src/compose/build/dockerfile';
import { ONE_DOCKERFILE } from '../../src/compose/build/buildx';
import { type Builder, builderOf, idleBuilderOf } from '../../src/compose/build/images';
import type { ComposeModel } from '../../src/compose/model';
import { projectsOf, type ReadCompose } from '../../src/compose/read';
import type { ComposeOverrides } from '../../src/compose/overrides';
import type { Finding } from '../../src/model/text/path';

/**
 * Refuses Dockerfiles based on another service's image: builds run in parallel, and a registry may
 * have an unrelated image of that name.
 */
export function checkBases(
  dir: string,
  model: ComposeModel,
  { builds }: ReadCompose,
  overrides: ComposeOverrides,
): Finding[] {
  const services = model.services ?? {};
  const projects = projectsOf(model, overrides);
  return builds
    .filter(({ service }) => !overrides.given.includes(service))
    .flatMap(({ service, context, dockerfile, dockerfileText, args, buildx }) => {
      const text = dockerfileText ?? readText(join(dir, context, dockerfile));
      const place = dockerfileText === undefined ? `${join(context, dockerfile)}:` : 'line ';
      const contexts = (buildx?.contexts ?? []).map(({ name }) => name);
      return basesOf(text, args, contexts).flatMap(({ image, line }): Finding[] => {
        const of =
          nameOf(builderOf(services, projects, image)) ?? idleBuilderOf(overrides.inactive ?? {}, projects, image);
        if (of === undefined) return [];
        const message = `is based on ${image} in ${place}${line}, the image of service ${of}, but windlass does not build services in sequence. ${ONE_DOCKERFILE}`;
        return [{ path: ['services', service, 'build'], message }];
      });
    });
}

function nameOf(builder: Builder | undefined): string | undefined {
  if (!builder) return undefined;
  return 'service' in builder ? builder.service : 'guess' in builder ? builder.guess : builder.services.join(', ');
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
