import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { proposeManifest, type Proposal } from '../../../activities/source/propose';
import { readWorkingFolder } from '../../../activities/source/read-manifest';
import { parseManifest } from '../../../src/manifest/parse';
import { describeProblem } from '../../../src/model/text/problem';
import { describeWith } from '../../setup/parts';
import { temporaryFolder } from '../../setup/temporary';
import { type Application, APPLICATIONS } from './applications';
import { SHAPES, type Shape } from './shapes';
import { addFiles, commitAll, settings } from '../source/fixture';

const filesOf = ({ compose, files }: Shape) => ({ 'docker-compose.yml': compose, ...files });

/** A repository in a folder of that name, as somebody has it who runs `windlass init` there, or in a folder of it. */
async function propose(
  files: Record<string, string>,
  name: string,
  folder = '',
): Promise<{ dir: string; proposal: Proposal }> {
  const repository = join(temporaryFolder(), name);
  const dir = join(repository, folder);
  mkdirSync(dir, { recursive: true });
  addFiles(dir, files);
  commitAll(repository);
  const proposal = await proposeManifest(dir, settings(), { approver: 'ops@example.com' });
  if (!('text' in proposal)) throw new Error(proposal.problems.map(describeProblem).join('\n'));
  return { dir, proposal };
}

type Expected = Pick<Application, 'routed' | 'accessories' | 'jobs' | 'recreate' | 'alone' | 'refused'>;

/** What was decided is what is expected, and what was written is what is read. */
async function expectProposal({ dir, proposal }: Awaited<ReturnType<typeof propose>>, expected: Expected) {
  const { manifest } = parseManifest('windlass.yaml', proposal.text);
  const last = Object.values(manifest!.environments).at(-1)!;
  const said = proposal.problems.map(describeProblem);
  expect({
    routes: last.routes.map(({ service, port }) => (port ? `${service}:${port}` : service)).sort(),
    accessories: Object.entries(manifest!.services).flatMap(([name, { accessory }]) => (accessory ? [name] : [])),
    jobs: Object.entries(manifest!.services).flatMap(([name, { completes }]) => (completes ? [name] : [])),
    strategy: last.strategy.kind,
    environments: Object.keys(manifest!.environments).length,
    problems: expected.refused ? said.filter((one) => !expected.refused!.test(one)) : said,
  }).toEqual({
    routes: expected.routed,
    accessories: expected.accessories,
    jobs: expected.jobs ?? [],
    strategy: expected.recreate ? 'recreate' : 'blue-green',
    environments: expected.alone ? 1 : 2,
    problems: [],
  });
  expect(said.length > 0).toBe(expected.refused !== undefined);
  addFiles(dir, { 'windlass.yaml': proposal.text });
  expect((await readWorkingFolder(dir, settings())).problems.map(describeProblem)).toEqual(said);
}

describeWith(['compose'], 'what init makes of forty shapes of compose files', () => {
  const NAME = 'the-team-s-own-application';

  test.concurrent.each(SHAPES.map((shape): [string, Shape] => [shape.name, shape]))('%s', async (_, shape) => {
    await expectProposal(await propose(filesOf(shape), NAME), shape);
    if (!shape.edit) return;
    const edited = await propose(shape.edit(filesOf(shape)), NAME);
    expect(edited.proposal.problems.map(describeProblem)).toEqual([]);
  });

  test('at least 36 of the shapes are accepted as they are', () => {
    expect(SHAPES).toHaveLength(45);
    expect(SHAPES.filter(({ refused }) => !refused).length).toBeGreaterThanOrEqual(36);
  });
});

test('a folder without a compose file names the one below it', async () => {
  const dir = temporaryFolder();
  addFiles(dir, { 'apps/shop/docker-compose.yml': 'services: {}\n' });
  expect(await proposeManifest(dir, settings(), { approver: 'ops@example.com' })).toEqual({
    problems: [
      {
        file: 'docker-compose.yml',
        message: 'is not in this folder. There is one in apps/shop: cd apps/shop && windlass init.',
      },
    ],
  });
});

describeWith(['compose'], 'what init makes of applications that many people run', () => {
  const read = (name: string, kind: string) => {
    const path = join(__dirname, 'applications', `${name}.${kind}`);
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  };
  function filesOfApplication(app: Application, compose = read(app.name, 'yml')!): Record<string, string> {
    const env = read(app.name, 'env');
    const builds = (app.builds ?? []).map((folder) => [join(folder, 'Dockerfile'), 'FROM scratch\n']);
    return {
      'docker-compose.yml': compose,
      '.gitignore': ['.env', ...(app.ignored ?? [])].join('\n'),
      ...(env && { '.env': env }),
      ...Object.fromEntries(builds),
      ...app.files,
    };
  }

  test.concurrent.each(APPLICATIONS.map((app): [string, Application] => [app.name, app]))('%s', async (_, app) => {
    await expectProposal(await propose(filesOfApplication(app), app.name, app.folder), app);
    if (!app.edit) return;
    const compose = app.edit(read(app.name, 'yml')!);
    const { proposal } = await propose(filesOfApplication(app, compose), app.name, app.folder);
    expect(proposal.problems.map(describeProblem)).toEqual([]);
  });

  test('nine of ten are accepted as they are', () => {
    const refused = APPLICATIONS.filter((app) => app.refused);
    expect(refused.length).toBeLessThanOrEqual(APPLICATIONS.length / 10);
    expect(refused.filter(({ edit }) => !edit)).toEqual([]);
  });
});
