import { createSourceActivities } from '../../../activities/source';
import { openDrivers } from '../../../activities/targets';
import { readSettings } from '../../../activities/settings';
import { readWorkingFolder } from '../../../activities/source/read-manifest';
import { describeProblem } from '../../../src/model/text/problem';
import { describeWith, parts } from '../../setup/parts';
import { failureOf } from '../fixtures';
import { commitAll, folderWith, MANIFEST, settings } from './fixture';
import { join } from 'node:path';

const COMPOSE = (context: string) =>
  `services:\n  web:\n    build: { context: "${context}", dockerfile: ops/web.Dockerfile }\n    volumes: ["./app.conf:/app.conf"]\n`;

describeWith(['compose'], 'a project in a folder of its repository', () => {
  const files = (context: string) => ({
    'apps/shop/windlass.yaml': MANIFEST,
    'apps/shop/docker-compose.yml': COMPOSE(context),
    'apps/shop/app.conf': 'a',
    'apps/shop/ops/web.Dockerfile': 'FROM scratch',
    'ops/web.Dockerfile': 'FROM scratch',
    'libs/ops/web.Dockerfile': 'FROM scratch',
  });
  const own = {
    ...readSettings(process.env),
    ...settings(),
    composeCommand: parts().compose?.command ?? [],
    cache: folderWith({}),
  };
  const { activities, checkout } = createSourceActivities({ settings: own, drivers: openDrivers(own) });
  const release = (url: string, commit: string, folder?: string) => ({
    app: 'shop',
    release: 'r',
    startedBy: 'ann',
    source: { url, commit, ...(folder && { folder }) },
  });

  test.each([
    ['itself', '.', '.'],
    ['the whole repository', '../..', '../..'],
    ['another folder', '../../libs/', '../../libs'],
  ])('is read and built relative to that folder: %s', async (_, context, recorded) => {
    const dir = folderWith(files(context));
    const commit = commitAll(dir);
    const draft = await activities.readSource(release(dir, commit, 'apps/shop'));
    expect(draft.source).toEqual({ url: dir, commit, folder: 'apps/shop' });
    expect(draft.builds).toMatchObject([{ service: 'web', context: recorded, dockerfile: 'ops/web.Dockerfile' }]);
    expect(draft.environments[0]?.services[0]?.container.files).toMatchObject([{ from: 'app.conf' }]);
    expect(await checkout(draft.source, 'shop')).toMatch(/\/apps\/shop$/);
    const here = await readWorkingFolder(join(dir, 'apps/shop'), settings());
    expect(here.problems.map(describeProblem)).toEqual([]);
  });

  test('leaves the repository by no context', async () => {
    const dir = folderWith(files('../../../other'));
    const { problems } = await activities.checkSource(release(dir, commitAll(dir), 'apps/shop'));
    expect(problems.map(describeProblem)).toEqual([
      expect.stringContaining('is ../../../other, which is not in the commit. Write a folder in the repository'),
    ]);
  });

  test('that is not in the commit is refused', async () => {
    const dir = folderWith(files('.'));
    const commit = commitAll(dir);
    for (const folder of ['apps/blog', '../x', 'apps/shop/app.conf'])
      expect(await failureOf(activities.readSource(release(dir, commit, folder)))).toMatchObject({
        type: 'Permanent',
        kind: 'no-such-folder',
        message: expect.stringMatching(new RegExp(`^${folder}: is not a folder in commit`)),
      });
  });
});
