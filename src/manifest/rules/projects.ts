import type { Finding } from '../../model/text/path';
import { projectOf } from '../record/assemble';
import { shareHost } from './routes';
import type { Manifest } from '../schema';

/** Volumes are named after the project, so two environments with one project would share data. */
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
          `is ${later.project}, also the project of ${earlier.environment} on the same host: both would use the same volumes. ` +
          'Name it only where it runs today; the other environment gets its own volumes',
      },
    ];
  });
}
