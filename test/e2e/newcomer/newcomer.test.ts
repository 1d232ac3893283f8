import { createServer } from 'node:http';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith } from '../../setup/parts';
import { installedProgram } from '../test-bed';
import { Newcomer } from './newcomer';

jest.setTimeout(480_000);

/**
 * A stranger with an ordinary application, from `git init` to a rollback. Each test is the next thing that they do, so they depend on
 * each other; every mistake is one that people made, and each is answered on the screen.
 */
describeWith(
  ['temporal', 'engine', 'registry', 'compose', 'images', 'node', 'postgres'],
  'a newcomer with an application of their own',
  () => {
    let notes: Newcomer;
    const type = (line: string, folder?: string) => notes.types(line, folder);
    const says = async (line: string, status: number, ...words: (string | RegExp)[]) => {
      const ended = await type(line);
      expect({ status: ended.status, said: ended.status === status ? '' : ended.said }).toEqual({ status, said: '' });
      for (const word of words) expect(ended.said).toMatch(word);
      return ended.said;
    };
    const envFile = (environment: string) => join(notes.etc, `${environment}.env`);
    beforeAll(async () => {
      notes = await Newcomer.arrive(await installedProgram());
    });
    afterAll(async () => await notes?.leaves());

    it('types words of other tools, and reads those of this one', async () => {
      await says('deploy', 2, 'windlass release');
      await says('up', 2, 'windlass release');
      await says('relese', 2, 'release');
    });

    it('has a manifest written from a folder of the repository, for the compose file at its root', async () => {
      const { status, said } = await type(`init --yes --app ${notes.app}`, 'front');
      expect({ status, said: status === 0 ? '' : said }).toEqual({ status: 0, said: '' });
      expect(said).toMatch(/Routed: front/);
      expect(said).toMatch(/Accessories: db/);
      expect(said).toMatch(/Put \.env on the worker's machine/);
      expect(said).not.toMatch(/Fix before the first release/);
      const manifest = readFileSync(join(notes.repository.dir, 'windlass.yaml'), 'utf8');
      expect(manifest).toContain('GREETING: "hi there"');
      notes.repository.edit('windlass.yaml', /\/etc\/[^/]*\//g, `${notes.etc}/`);
      notes.repository.edit('windlass.yaml', /soak: 10s/g, 'soak: 1s');
    });

    it('checks it in the folder: nothing is wrong', async () => {
      await says('check --offline', 0, 'No problem.');
    });

    it('releases before a commit, and reads what to type', async () => {
      await says('release', 2, 'windlass.yaml is not in commit', 'git add windlass.yaml && git commit');
      notes.repository.commit('Release with windlass');
    });

    it('releases before anything runs, and reads what to start', async () => {
      await says('release', 7, 'windlass dev');
      expect(await notes.startsDev()).toContain('worker ready');
    });

    it('has .env nowhere where the worker looks: check says so, and a release before it builds', async () => {
      const check = await says('check', 2, `${notes.etc}/staging.env`, `${notes.etc}/production.env`);
      expect(check).toMatch(/cannot be read by the worker/);
      const said = await says('release', 3, 'cannot be read, so nothing was built', /DB_PASSWORD/);
      expect(said).not.toMatch(/done +build/);
      mkdirSync(notes.etc);
      for (const environment of ['staging', 'production'])
        writeFileSync(envFile(environment), readFileSync(join(notes.repository.dir, '.env')));
    });

    it('mistypes a key of the manifest, and reads which one was meant', async () => {
      notes.repository.edit('windlass.yaml', 'environments:', 'enviroments:');
      await says('check --offline', 2, 'Did you mean "environments"?');
      notes.repository.edit('windlass.yaml', 'enviroments:', 'environments:');
    });

    it('has a port that is taken: check says so, and a release within its first minute', async () => {
      const other = createServer().listen(notes.port, '127.0.0.1');
      await says('check', 2, new RegExp(`another process listens on ${notes.port}`));
      await says('release', 3, new RegExp(`${notes.port}`));
      await new Promise((closed) => other.close(closed));
    });

    it('releases to staging with the values of .env, and is asked about production', async () => {
      await says('release --until awaiting-approval', 0, 'windlass approve', `http://staging.${notes.app}.localhost`);
      expect(await notes.opens('staging')).toContain('hi there, 0 entries');
    });

    it('lets somebody approve who may not, who reads who may', async () => {
      await says('approve --yes --by stranger@example.com', 2, /stranger@example.com/);
    });

    it('approves what waits without naming it, and reads the addresses', async () => {
      const said = await says('approve --yes', 0, 'approve production');
      expect(said).not.toContain('missing required argument');
      await says('release', 0, /is done/, `Open production: http://${notes.app}.localhost:${notes.port}/`);
      expect(await notes.opens('production')).toContain('hi there');
    });

    it('looks at what runs, at its log and its address', async () => {
      await says('status', 0, `http://${notes.app}.localhost:${notes.port}/`);
      await says('ps production', 0, 'worker', 'front', 'healthy');
      await says('logs production worker', 0, /worker: 0 notes/);
      await says('open', 0, `http://${notes.app}.localhost:${notes.port}/`);
      await says('plan staging', 0, 'Plan');
    });

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

    it('reads the beginning of a long answer only', async () => {
      const ended = await notes.pipes('history', 'head -1');
      expect(ended).not.toMatch(/EPIPE|Unhandled/);
    });
  },
);
