import type { Client } from '@temporalio/client';
import { createCleaningActivities } from '../../../activities/cleaning';
import { connectRegistry } from '../../../activities/drivers/registry/registry';
import { appendLedger } from '../../../activities/records/ledger/append-ledger';
import { storeRelease } from '../../../activities/records/store-release';
import type { Settings } from '../../../activities/settings';
import { environmentId, imageTag } from '../../../src/model/names';
import type { RecordRef } from '../../../src/model/release';
import { describeWith, parts } from '../../setup/parts';
import { temporaryFolder } from '../../setup/temporary';
import { failureOf, uniqueName } from '../fixtures';
import { storeInput } from './record-fixtures';

/** An environment as Temporal tells of it. */
interface Told {
  app: string;
  status?: 'RUNNING' | 'TERMINATED' | 'COMPLETED';
  taskQueue?: string;
  on?: RecordRef;
}

/** Temporal with these environments called `production`, and nothing else. */
function temporalWith(all: Told[]): Client {
  const told = all.map(({ app, status = 'RUNNING', taskQueue = 'windlass', on }) => ({
    workflowId: environmentId(app, 'production'),
    taskQueue,
    status: { name: status },
    state: { environment: 'production', committed: on ? [{ record: on }] : [], queue: [] },
  }));
  const find = (id: string) => told.find(({ workflowId }) => workflowId === id);
  return {
    workflow: {
      async *list({ query }: { query: string }) {
        if (query.includes("'environment'")) yield* told.filter(({ status }) => status.name === 'RUNNING');
      },
      getHandle: (id: string) => ({
        describe: async () => find(id) ?? Promise.reject(new Error('workflow not found')),
        query: async () => find(id)!.state,
      }),
    },
  } as unknown as Client;
}

describeWith(['registry'], 'cleaning asks the environments', () => {
  const address = () => parts().registry.address;
  const registry = () => connectRegistry(address());
  const settings = { installation: 'windlass', data: temporaryFolder(), ledgerKeys: [] };
  const noFiles = () => Promise.reject(new Error('no files'));

  /** Two releases, of which production was on the first, as the ledger has it. */
  async function application() {
    const app = uniqueName('env');
    const store = async (name: string, createdAt: string) => {
      const repository = `${app}/web`;
      const artifactType = 'application/vnd.example.image';
      const tags = [imageTag(app, name)];
      const digest = await registry().putArtifact({ repository, tags, artifactType, annotations: {}, json: { name } });
      const image = `${address()}/${app}/web@${digest}`;
      const artifacts = { web: { image, origin: 'built' as const } };
      const { record } = await storeRelease({ ...storeInput(app, address(), name), artifacts, createdAt }, noFiles);
      return { record, image };
    };
    const [first, second] = [await store('one', '2030-01-01T00:00:00Z'), await store('two', '2030-01-02T00:00:00Z')];
    const at = '2030-01-01T00:00:00.000Z';
    const of = { id: `${app}/1`, at, kind: 'rollout-ended', app, environment: 'production', by: 'ci' } as const;
    const entry = { ...of, release: 'one', what: 'on one', on: first.record.digest };
    await appendLedger(settings, { registry: { address: address() }, entry });
    const images = async () => (await registry().listTags(`${app}/web`)).sort();
    const clean = (told: Told[]) => {
      const client = temporalWith(told);
      const activities = createCleaningActivities({ settings: settings as unknown as Settings, client });
      const asked = { app, registry: { address: address() }, keep: 1, ledger: 100 };
      return activities.cleanRegistry({ ...asked, by: 'ops', at: '2030-06-01T00:00:00Z', id: `cleaning/${app}` });
    };
    return { app, first, second, images, clean };
  }

  test.each<[string, (app: string) => Told[]]>([
    ['is not there', () => []],
    ['was terminated', (app) => [{ app, status: 'TERMINATED' }]],
    ['has ended', (app) => [{ app, status: 'COMPLETED' }]],
    ['is of another installation', (app) => [{ app, taskQueue: 'other' }]],
  ])('one that the ledger has and that %s cannot be asked, so nothing goes', async (_, told) => {
    const { app, images, clean } = await application();
    const before = await images();
    expect(await failureOf(clean(told(app)))).toMatchObject({
      type: 'Permanent',
      kind: 'not-known',
      message: expect.stringContaining(`windlass recover ${app}`),
    });
    expect(await images()).toEqual(before);
  });

  test('what the ledger says it may go back to stays, whatever it says itself', async () => {
    const { app, first, images, clean } = await application();
    expect((await clean([{ app }])).kept).toContainEqual({ release: 'one', why: 'production may go back to it' });
    expect(await images()).toEqual([imageTag(app, 'one'), imageTag(app, 'two')]);
    expect(first.record.release).toBe('one');
  });

  test('an image that another application runs stays; what one of another installation says does not count', async () => {
    const { app, images, clean, second } = await application();
    const third = { ...storeInput(app, address(), 'three'), createdAt: '2030-01-03T00:00:00Z' };
    await storeRelease(third, noFiles);
    const other = uniqueName('other');
    const artifacts = { web: { image: second.image, origin: 'given' as const } };
    const using = { ...storeInput(other, address(), 'x'), artifacts };
    const { record } = await storeRelease(using, noFiles);
    await clean([{ app }, { app: other, on: record }]);
    expect(await images()).toEqual([imageTag(app, 'one'), imageTag(app, 'two')]);
    await clean([{ app }, { app: other, on: record, taskQueue: 'other' }]);
    expect(await images()).toEqual([imageTag(app, 'one')]);
  });
});
