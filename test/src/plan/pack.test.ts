import { inOrder } from '../../../activities/canonical-json';
import { packPlan, unpackPlan } from '../../../src/plan/pack';
import { planRollout } from '../../../src/plan/plan-rollout';
import { environment, planning, record, running, service } from './fixtures';

const HOSTS = Array.from({ length: 100 }, (_, index) => `10.0.0.${index}`);
const SERVICES = Array.from({ length: 8 }, (_, index) => service(`service-${index}`));

/** From one release to another, on 100 hosts with 8 services each. */
function bigPlan() {
  const hosts = HOSTS.map((name) => ({ kind: 'docker' as const, name, address: `ssh://deploy@${name}` }));
  const routes = [{ service: 'service-0', host: 'shop.example.com', path: '/', port: 80 }];
  const at = (release: string) => record(release, environment(SERVICES, { targets: hosts, routes }));
  const found = (host: string) => ({
    containers: SERVICES.map(({ name }) => running('3f2a9c1b7d', name, { id: `${host}${name}`.padEnd(12).slice(-12) })),
    networks: ['3f2a9c1b7d'],
    routes: { release: '3f2a9c1b7d', counter: 1 },
  });
  const observed = { targets: Object.fromEntries(HOSTS.map((host) => [host, found(host)])) };
  return planRollout(planning({ wanted: at('5e6f7a8b9c'), current: at('3f2a9c1b7d'), observed }));
}

const sorted = (plan: ReturnType<typeof bigPlan>) =>
  plan.phases.map(({ name, batches }) => ({
    name,
    batches: batches.map((batch) => batch.map(inOrder).sort()),
  }));

test('a plan is the same after it was packed, and small for 100 hosts of 8 services', () => {
  const plan = bigPlan();
  const packed = JSON.stringify(packPlan(plan));
  const unpacked = unpackPlan(JSON.parse(packed));
  expect({ ...unpacked, phases: [] }).toEqual({ ...plan, phases: [] });
  expect(sorted(unpacked)).toEqual(sorted(plan));
  const steps = plan.phases.flatMap(({ batches }) => batches.flat()).length;
  console.info(
    `${steps} steps: ${(packed.length / 1024).toFixed(0)} KB recorded, ${(JSON.stringify(plan).length / 1024).toFixed(0)} KB unpacked`,
  );
  expect(packed.length).toBeLessThan(256 * 1024);
});

test('a plan of format 1, whose targets are hosts, is read as one of today', () => {
  const plan = bigPlan();
  const { phases, ...packed } = JSON.parse(JSON.stringify(packPlan(plan))) as ReturnType<typeof packPlan>;
  const former = phases.map(({ name, batches }) => ({
    name,
    batches: batches.map((batch) => batch.map(({ targets, ...step }) => ({ ...step, hosts: targets }))),
  }));
  const read = unpackPlan({ ...packed, format: 1, phases: former } as never);
  expect(sorted(read)).toEqual(sorted(plan));
  expect(read.format).toBe(2);
});
