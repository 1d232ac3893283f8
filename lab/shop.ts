import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A repository as a team would have it: an application of `examples/`, committed. */
export class Shop {
  private constructor(readonly dir: string) {}

  /** Copies the example to an empty folder and commits it. `variables` go into its `.env`: on what the images are built. */
  static create(dir: string, variables: Record<string, string>, example: Example = 'shop'): Shop {
    const shop = Shop.start(dir);
    cpSync(join(root(), 'examples', example), dir, { recursive: true });
    for (const [name, value] of Object.entries(variables)) shop.setVariable(name, value);
    return shop;
  }

  /** A repository with nothing in it yet. */
  static start(dir: string): Shop {
    mkdirSync(dir, { recursive: true });
    const shop = new Shop(dir);
    shop.git('init', '--quiet', '--initial-branch=main');
    return shop;
  }

  setVariable(name: string, value: string): void {
    this.edit('.env', new RegExp(`^${name}=.*$`, 'm'), `${name}=${value}`);
  }

  /** Replaces a text in a file; throws when it is missing, because the edit would have no effect. */
  edit(file: string, before: string | RegExp, after: string): void {
    const path = join(this.dir, file);
    const text = readFileSync(path, 'utf8');
    const changed = text.replace(before, after);
    if (changed === text && !text.includes(after)) throw new Error(`${path}: does not contain ${String(before)}`);
    writeFileSync(path, changed);
  }

  write(file: string, text: string): void {
    const path = join(this.dir, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  /** Commits all changes; returns the commit. */
  commit(subject: string, ...flags: '--allow-empty'[]): string {
    this.git('add', '--all');
    this.git('commit', '--quiet', ...flags, '--message', subject);
    return this.git('rev-parse', 'HEAD');
  }

  private git(...args: string[]): string {
    const identity = ['-c', 'user.name=Shop', '-c', 'user.email=dev@example.com', '-c', 'commit.gpgsign=false'];
    return execFileSync('git', ['-C', this.dir, ...identity, ...args], { encoding: 'utf8' }).trim();
  }
}

/** The applications that the demo, tests and measurements release. */
export type Example = 'shop' | 'probe' | 'guestbook' | 'static' | 'queue' | 'exclusive';

/** The three releases of the demo: a good one, a better one, and one that fails only where payments are live. */
export const changes = {
  first: (shop: Shop) => shop.commit('Sell bread'),
  better: (shop: Shop) => {
    shop.setVariable('VERSION', '2');
    shop.edit('api/main.js', "const offer = 'bread';", "const offer = 'bread and butter';");
    return shop.commit('Sell butter too');
  },
  broken: (shop: Shop) => {
    shop.setVariable('VERSION', '3');
    shop.edit(
      'api/main.js',
      'function pay() {\n',
      "function pay() {\n  if (payments === 'live') throw new Error('no contract with the bank');\n",
    );
    return shop.commit('Pay by card');
  },
};

/** A manifest for tests and measurements, whose way is short: production alone, and `more` lines of it. */
export const oneEnvironment = (app: string, more: string) => `
app: ${app}
services:
  jobs: { background: true }
environments:
  production:
    hosts: [local]
    variables: { PAYMENTS: live }
    secrets: { API_TOKEN: { env: SHOP_PRODUCTION_TOKEN } }
    routes: [{ service: web, host: shop.localhost }]${more}
`;

/** The folder of the repository, from the sources and from what is built in `dist`. */
export const root = () => (__dirname.includes(`${'/'}dist${'/'}`) ? join(__dirname, '../..') : join(__dirname, '..'));
