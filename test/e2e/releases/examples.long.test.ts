import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { pushReadyMade } from '../../../lab/ready-made';
import { cleanUp } from '../../../lab/clean-up';
import { ask } from '../../../lab/traffic/client';
import { changes, type Example, root, Shop } from '../../../lab/shop';
import type { TestBed } from '../../../lab/test-bed';
import { Windlass } from '../../../lab/windlass';
import { clientOf } from '../../../parts/server/engine-client';
import { describeWith, parts } from '../../setup/parts';
import { openTestBed, promote, until } from '../test-bed';

/** What is done with an example, and what it shows. */
interface Trial {
  /** Where its users come in. */
  host: string;
  /** Of its `.env`: on what its images are built, and what it pulls. */
  variables: (ready: (folder: string) => Promise<string>) => Promise<Record<string, string>>;
  better: (project: Shop) => string;
  broken: (project: Shop) => string;
  /** What the failure says. */
  fails: RegExp;
  /** Throws when it is not this version that does the work; `act` tells one visit from another. */
  visit: (place: Place, version: number, act: string) => Promise<void>;
  /** Services that run in a release, and those that stay while releases come and go. */
  released: string[];
  accessories?: string[];
}
interface Place {
  address: string;
  host: string;
}

const node = () => parts().node.name;
const sees = async (place: Place, ...texts: string[]) => {
  const page = await ask(place);
  for (const text of texts) expect(page).toContain(text);
};
const second = (project: Shop) => {
  project.setVariable('VERSION', '2');
  return project.commit('Another version');
};

/** What has a test of its own, for it begins with a compose project that runs: test/e2e/data/adopt.test.ts. */
const ELSEWHERE = 'guestbook';
type Tried = Exclude<Example, typeof ELSEWHERE>;

const TRIALS: Record<Tried, Trial> = {
  shop: {
    host: 'shop.localhost',
    variables: async (ready) => ({ BASE: node(), STORE_IMAGE: await ready('shop/store') }),
    better: changes.better,
    broken: changes.broken,
    fails: /GET \/checkout of web is 200" failed/,
    visit: (place, version) => sees(place, `(version ${version})`),
    released: ['api', 'jobs', 'web'],
    accessories: ['store'],
  },
  static: {
    host: 'site.localhost',
    variables: async (ready) => ({ BASE: parts().images.base.name, FRONT_IMAGE: await ready('static/front') }),
    better(project) {
      project.edit('site/html/index.html', 'version 1', 'version 2');
      return project.commit('Welcome again');
    },
    // The file that is mounted sends everybody to where nobody listens: the front never becomes healthy.
    broken(project) {
      project.edit('front.conf', 'site:8000', 'site:8001');
      return project.commit('Another port');
    },
    fails: /front.* was not healthy within .*answers 502/,
    visit: (place, version) => sees(place, `Welcome to version ${version}.`),
    released: ['front', 'site'],
  },
  queue: {
    host: 'orders.localhost',
    variables: async (ready) => ({ BASE: node(), QUEUE_IMAGE: await ready('queue/queue') }),
    better: second,
    // Only seen at the switch: a consumer starts when the old one has stopped.
    broken(project) {
      project.edit('app/consumer.js', 'let stopping', "if (name === 'invoices') process.exit(9);\nlet stopping");
      return project.commit('Invoice faster');
    },
    fails: /invoicer.* (has restarted|exited with status 9)/,
    async visit(place, version, act) {
      await post(place, act);
      await until(async () => /mails.*[^]*invoices|invoices.*[^]*mails/.test(linesOf(await ask(place), act)));
      const done = linesOf(await ask(place), act)
        .split('\n')
        .sort();
      // Each did it once.
      expect(done).toEqual(['invoices', 'mails'].map((name) => `${name}: ${act} (version ${version})`));
    },
    released: ['invoicer', 'mailer', 'web'],
    accessories: ['queue'],
  },
  probe: {
    host: 'probe.localhost',
    variables: () => Promise.resolve({ BASE: node() }),
    better: second,
    broken(project) {
      project.edit('web/main.js', 'const version', 'process.exit(9);\nconst version');
      return project.commit('Answer faster');
    },
    fails: /web.* (has restarted|exited with status 9)/,
    visit: (place, version) => sees(place, `version ${version}`),
    released: ['jobs', 'web', 'web'],
  },
  exclusive: {
    host: 'notes.localhost',
    variables: () => Promise.resolve({ BASE: node() }),
    better: second,
    broken(project) {
      project.edit('notes/main.js', "const title = 'notes'", "const title = 'sheets'");
      return project.commit('Call them sheets');
    },
    fails: /GET \/ of notes is 200" failed/,
    async visit(place, version, act) {
      await post(place, act);
      await sees(place, `(version ${version})`, act);
      // What was noted first is still there: no release has lost the state.
      await sees(place, 'first');
    },
    released: ['notes'],
  },
};
const NAMES = Object.keys(TRIALS) as Tried[];

const linesOf = (page: string, what: string) =>
  page
    .split('\n')
    .filter((line) => line.includes(`: ${what} (`))
    .join('\n');

function post({ address, host }: Place, body: string): Promise<void> {
  const [hostname, port] = address.split(':');
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method: 'POST', headers: { host }, agent: false }, (answer) =>
      answer
        .resume()
        .on('end', () => (answer.statusCode === 200 ? resolve() : reject(new Error(`${answer.statusCode}`)))),
    );
    sent.on('error', reject).end(body);
  });
}

test('every example is tried', () => {
  const folders = readdirSync(join(root(), 'examples'));
  expect(folders.filter((name) => name !== ELSEWHERE).sort()).toEqual([...NAMES].sort());
});

/** All on one installation at the same time, as on a host of several teams; each application has a name of its own. */
describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'node'], 'an example', () => {
  let bed: TestBed;
  let close: () => Promise<void>;
  const journeys = new Map<Tried, Promise<void>>();
  const apps: string[] = [];

  beforeAll(async () => {
    ({ bed, close } = await openTestBed());
    for (const name of NAMES) {
      const journey = travel(name, TRIALS[name]);
      // UserError by the test of its own.
      journey.catch(() => undefined);
      journeys.set(name, journey);
    }
  });
  afterAll(async () => {
    await Promise.allSettled(journeys.values());
    await bed?.windlass.stop();
    await cleanUp(
      parts().engine.host,
      bed.installation,
      apps.map((app) => `${parts().registry.address}/${app}`),
    );
    await close();
  });

  it.each(NAMES)(
    '%s: released, released again, broken and back, rolled back',
    (name) => journeys.get(name),
    // All of them go on while the first one is awaited.
    600_000,
  );

  async function travel(name: Tried, trial: Trial): Promise<void> {
    const ready = (folder: string) =>
      pushReadyMade(folder, {
        dockerHost: parts().engine.host,
        registry: `${parts().registry.address}/${bed.installation}`,
        base: node(),
      });
    const folder = join(bed.shop.dir, '..', 'examples', name);
    const project = Shop.create(folder, await trial.variables(ready), name);
    const app = `${name}${randomBytes(2).toString('hex')}`;
    apps.push(app);
    project.edit('windlass.yaml', /^app: .*$/m, `app: ${app}`);
    const windlass = new Windlass(bed.variables, folder, bed.windlass.log, () => undefined);
    windlass.program = bed.windlass.program;
    const place = { address: bed.address, host: trial.host };

    const first = project.commit('The first version');
    await succeeds(promote({ windlass }, first));
    await trial.visit(place, 1, 'first');
    const { accessories, ...running } = await observe(app);
    expect(running).toEqual(only(first, trial.released));
    expect(accessories.map(({ service }) => service)).toEqual(trial.accessories ?? []);

    const better = trial.better(project);
    await succeeds(promote({ windlass }, better));
    await trial.visit(place, 2, 'second');
    const good = await observe(app);
    expect(good).toEqual({ ...only(better, trial.released), accessories });

    const { status, said } = await promote({ windlass }, trial.broken(project));
    expect(said).toMatch(trial.fails);
    expect(status).toBe(3);
    await trial.visit(place, 2, 'third');
    expect(await observe(app)).toEqual(good);

    const back = await windlass.run('rollback', 'production', '--by', 'ops@trial.com');
    expect({ status: back.status, said: back.status === 0 ? '' : back.stdout }).toEqual({ status: 0, said: '' });
    await trial.visit(place, 1, 'fourth');
    expect(await observe(app)).toEqual({ ...only(first, trial.released), accessories });
    const [{ drift }] = await windlass.read<[{ drift: string[] }]>('status', 'production', '--observed');
    expect(drift).toEqual([]);
  }

  async function succeeds(run: Promise<{ status: number | null; said: string }>): Promise<void> {
    const { status, said } = await run;
    expect({ status, said: status === 0 ? '' : said }).toEqual({ status: 0, said: '' });
  }

  const only = (commit: string, services: string[]) => ({ releases: [commit.slice(0, 10)], services });

  /** What the engine runs in production of the application. */
  async function observe(app: string) {
    const wanted = { app, environment: 'production' };
    const label = Object.entries(wanted).map(([word, value]) => `${bed.installation}.${word}=${value}`);
    const containers = (await clientOf(parts().engine.host).listContainers({ filters: { label } })).map(
      ({ Id: id, Labels }) => {
        const word = (key: string) => Labels[`${bed.installation}.${key}`] ?? '';
        return { id, role: word('role'), release: word('release'), service: word('service') };
      },
    );
    const instances = containers.filter(({ role }) => role === 'instance');
    return {
      releases: [...new Set(instances.map(({ release }) => release))].sort(),
      services: instances.map(({ service }) => service).sort(),
      accessories: containers.filter(({ role }) => role === 'accessory').map(({ id, service }) => ({ id, service })),
    };
  }
});
