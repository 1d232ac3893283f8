import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith } from '../../setup/parts';
import { installedProgram } from '../test-bed';
import { Newcomer } from './newcomer';

jest.setTimeout(480_000);

/**
 * A stranger with an ordinary application, from `git init` to production. Each test is the next thing that they do, so they depend on
 * each other; every mistake is one that people made, and each is answered on the screen. Later ones: later.long.test.ts.
 */
describeWith(
  ['temporal', 'engine', 'registry', 'compose', 'images', 'node', 'postgres'],
  'a newcomer with an application of their own',
  () => {
    let notes: Newcomer;
    const type = (line: string, folder?: string) => notes.types(line, folder);
    const says = (line: string, status: number, ...words: (string | RegExp)[]) => notes.says(line, status, ...words);
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
      notes.editsManifest();
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
      notes.givesEnvFiles();
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

    it('reads the beginning of a long answer only', async () => {
      const ended = await notes.pipes('history', 'head -1');
      expect(ended).not.toMatch(/EPIPE|Unhandled/);
    });
  },
);
