import { describeWith } from '../../setup/parts';
import { installedProgram } from '../test-bed';
import { Newcomer } from './newcomer';

jest.setTimeout(480_000);

/** What the newcomer of newcomer.test.ts meets after the first release: each test is the next thing that they do. */
describeWith(
  ['temporal', 'engine', 'registry', 'compose', 'images', 'node', 'postgres'],
  'a newcomer whose application is in production',
  () => {
    let notes: Newcomer;
    const says = (line: string, status: number, ...words: (string | RegExp)[]) => notes.says(line, status, ...words);
    beforeAll(async () => {
      notes = await Newcomer.arrive(await installedProgram());
      await notes.settles();
    });
    afterAll(async () => await notes?.leaves());

    it('commits what crashes at its start: the first line is there, and later in its log; what ran goes on', async () => {
      notes.repository.edit(
        'api/main.js',
        'const { createServer }',
        "require('./missing-config');\nconst { createServer }",
      );
      const commit = notes.repository.commit('Read the configuration');
      const reason = "Error: Cannot find module './missing-config'";
      const said = await says('release', 3, reason);
      expect(said).toMatch(/(FAILED|undo|undone) +staging.*start api/);
      await says(`logs --release ${commit.slice(0, 10)}`, 0, reason);
      await says(`logs staging api --release ${commit.slice(0, 10)}`, 0, reason);
      expect(await notes.opens('staging')).toContain('hi there');
      notes.repository.edit('api/main.js', "require('./missing-config');\n", '');
    });

    it('expects an answer that does not come, and reads which one came', async () => {
      notes.repository.edit('windlass.yaml', /path: \/, status: 200/, 'path: /, status: 204');
      notes.repository.commit('Expect another answer');
      await says('release', 3, /expected status 204/, /got status 200/);
      notes.repository.edit('windlass.yaml', /path: \/, status: 204/, 'path: /, status: 200');
    });

    it('changes the configuration alone, and reads what changes', async () => {
      notes.repository.write('front/notes.conf', 'api http://api:8080\n# changed\n');
      notes.repository.commit('Say more');
      await says('release --until awaiting-approval', 0);
      const said = await says('diff production HEAD', 0, /front\/notes.conf changed: \+1 −0|front\/notes.conf/);
      expect(said).not.toContain('"mode"');
      await says('approve --yes', 0);
      await says('release', 0, /is done/);
    });

    it('goes back', async () => {
      await says('rollback production', 0);
      expect(await notes.opens('production')).toContain('hi there');
      await says('history', 0, /rollback|rolled back/);
    });
  },
);
