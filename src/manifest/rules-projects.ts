import type { Finding } from '../model/path';
import { projectOf } from './assemble';
import { shareHost } from './rules-routes';
import type { Manifest } from './schema';

/** Volumes are named after the project, so two environments of one would work on the same data. */
export function checkProjects(manifest: Manifest): Finding[] {
  const projects = Object.entries(manifest.environments).map(([environment, said]) => ({
    environment,
    project: projectOf(manifest.app, environment, said),
  }));
  return projects.flatMap((later, n) => {
    const earlier = projects
      .slice(0, n)
      .find((one) => one.project === later.project && shareHost(manifest, one, later));
    if (!earlier) return [];
    return [
      {
        path: ['environments', later.environment, 'project'],
        message:
          `is ${later.project}, as ${earlier.environment}'s on the same host: both would work on the same volumes. ` +
          'Name it only where it runs today; another environment has volumes of its own',
      },
    ];
  });
}
