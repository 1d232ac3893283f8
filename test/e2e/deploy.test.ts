import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ATTRIBUTE_TYPES } from '../../cli/temporal/connect/attributes';
import { root } from '../../lab/shop';
import { describeWith, parts } from '../setup/parts';

/** The images of the stack are those of a hub, so what is shown is that compose takes it and that nothing is missing. */
describeWith(['compose'], 'the stack for when one machine is outgrown', () => {
  interface Model {
    services: Record<string, { volumes?: { type: string; source: string }[] }>;
  }
  let model: Model;
  beforeAll(() => {
    const [program = '', ...first] = parts().compose.command;
    const args = [...first, '-f', join(root(), 'docker-compose.temporal.yml'), 'config', '--format', 'json'];
    model = JSON.parse(execFileSync(program, args, { encoding: 'utf8' })) as Model;
  });

  it('passes docker compose config, with Temporal, its database, its UI and a worker', () => {
    const names = ['postgresql', 'temporal', 'temporal-namespace', 'temporal-schema', 'temporal-ui', 'worker'];
    expect(Object.keys(model.services).sort()).toEqual(names);
  });

  it('mounts scripts that a shell can read, and that register every search attribute', () => {
    const mounts = Object.values(model.services).flatMap(({ volumes = [] }) => volumes);
    const scripts = mounts.map(({ source }) => source).filter((source) => source.endsWith('.sh'));
    for (const script of scripts) execFileSync('sh', ['-n', script]);
    const namespace = execFileSync('cat', [scripts.find((script) => script.endsWith('namespace.sh')) ?? ''], {
      encoding: 'utf8',
    });
    for (const name of Object.keys(ATTRIBUTE_TYPES)) expect(namespace).toContain(name);
  });
});
