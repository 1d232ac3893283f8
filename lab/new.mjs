/**
 * `npm run new verification NAME`, `npm run new strategy NAME` and `npm run new target NAME`: makes every place that one more
 * needs. What it writes compiles; the test that it writes fails until it and the file beside it are filled in. Run it where
 * all is committed, so that `git diff` shows what it did.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = process.env.WINDLASS_ROOT ?? join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');

/** What is written for each kind: new files, and text that goes before or after a place in files that exist. */
const KINDS = {
  verification: (name) => ({
    files: {
      [`activities/verifications/${name}.ts`]: VERIFICATION(name),
      [`test/activities/rollout/verification-${name}.test.ts`]: VERIFICATION_TEST(name),
    },
    edits: [
      ['src/manifest/kinds.ts', before('/** A check whether a release is fit to go on. */'), VERIFICATION_SCHEMA(name)],
      [
        'src/manifest/kinds.ts',
        inside(/verification = z\.discriminatedUnion\('kind', \[([^\]]*)\]/),
        `${camel(name)}Verification`,
      ],
      [
        'src/manifest/titles.ts',
        before('  }\n}'),
        `    case '${name}':\n      return \`${name} of \${verification.service}\`;\n`,
      ],
      [
        'src/model/verification.ts',
        inside(/TRAITS = \{([^]*?)\n\} satisfies/),
        `\n  ${key(name)}: { where: 'one-target' }`,
      ],
      [
        'activities/verifications/index.ts',
        before('import { verifyHttp }'),
        `import { verify${pascal(name)} } from './${name}';\n`,
      ],
      [
        'activities/verifications/index.ts',
        inside(/verifications = \{([^}]*)\} satisfies/),
        `${key(name)}: verify${pascal(name)}`,
      ],
    ],
    next: [
      `src/manifest/kinds.ts: say what it needs in ${camel(name)}Verification`,
      `src/model/verification.ts: where it runs, and whether it judges over the whole soak`,
      `activities/verifications/${name}.ts: ask`,
      `src/manifest/titles.ts: what people call it without a title`,
      `docs/windlass.example.yaml: an example of every key`,
      `npm test -- test/activities/rollout/verification-${name} test/src/manifest`,
    ],
  }),
  strategy: (name) => ({
    files: {
      [`src/plan/strategies/${name}.ts`]: STRATEGY(name),
      [`test/src/plan/strategy-${name}.test.ts`]: STRATEGY_TEST(name),
    },
    edits: [
      [
        'src/manifest/kinds.ts',
        inside(/strategy = z\.discriminatedUnion\('kind', \[([^]*?)\n\]\);/),
        `\n  z.strictObject({ kind: z.literal('${name}') })`,
      ],
      ['src/model/strategy.ts', inside(/STRATEGIES = \{([^]*?)\n\} satisfies/), `\n  ${key(name)}: {}`],
      [
        'src/plan/strategies/index.ts',
        before('import { planRolling }'),
        `import { plan${pascal(name)} } from './${name}';\n`,
      ],
      [
        'src/plan/strategies/index.ts',
        inside(/strategies = \{([^]*?)\n\} satisfies/),
        `\n  ${key(name)}: { phases: plan${pascal(name)}, warnings: none }`,
      ],
      [
        'lab/rounds.ts',
        inside(/WRITTEN: Record<StrategyKind, string> = \{([^]*?)\n\};/),
        `\n  ${key(name)}: '${name}'`,
      ],
    ],
    next: [
      `src/plan/strategies/${name}.ts: the phases, in what order; src/plan/strategies/recreate.ts is the shortest to read`,
      `test/src/plan/strategy-${name}.test.ts: the plan that you expect, line by line`,
      'src/model/strategy.ts: whether two releases answer at the same time (gradual), or none does for a while (outage)',
      'docs/strategies.md, docs/windlass.example.yaml: when to choose it',
      `npm test -- test/src/plan test/model; npm run campaign -- --strategy ${name}`,
    ],
  }),
  target: (name) => ({
    files: {
      [`src/plan/targets/${name}/index.ts`]: PLANNER(name),
      [`activities/targets/${name}/index.ts`]: DRIVER(name),
      [`src/compose/answers/${name}.ts`]: COMPOSE_ANSWERS(name),
      [`test/targets/${name}.ts`]: BED(name),
    },
    edits: [
      ['src/model/target.ts', before('/**\n * What an environment deploys to.'), TARGET(name)],
      ['src/model/target.ts', after(/export type Target = [^;]*/), ` | ${pascal(name)}Target`],
      [
        'src/model/host/target-words.ts',
        inside(/WORDS: [^=]* = \{([^]*?)\n\};/),
        `\n  ${key(name)}: { one: '${name}', several: '${name}s', runsOn: '${name}' }`,
      ],
      ['src/manifest/schema-environment.ts', before('  groups: z\n'), TARGET_SCHEMA(name)],
      ['src/manifest/targets.ts', inside(/TARGETS: [^=]* = \{([^]*?)\n\};/), WRITTEN_TARGET(name)],
      ...registry(name, 'src/plan/targets/index.ts', /planners: [^=]* = \{([^}]*)\}/),
      ...registry(name, 'src/compose/answers/index.ts', /ANSWERS: [^=]* = \{([^}]*)\}/),
      ['activities/targets/index.ts', before('import type { Drivers }'), IMPORT(name, `open${pascal(name)}`)],
      [
        'activities/targets/index.ts',
        inside(/Drivers => \(\{([^}]*)\}\)/),
        `${key(name)}: open${pascal(name)}(settings)`,
      ],
      ['test/targets/beds.ts', before('import { ofDockerHost,'), IMPORT(name, `openBed as open${pascal(name)}Bed`)],
      ['test/model/kinds.ts', inside(/TRAITS: [^=]* = \{([^]*?)\n\};/), TRAITS(name)],
      ['test/targets/beds.ts', inside(/BEDS: .* = \{([^;]*)\}/), `${key(name)}: { open: open${pascal(name)}Bed }`],
    ],
    next: [
      `src/model/target.ts: how a target is reached, in ${pascal(name)}Target; src/manifest/schema-environment.ts: how that is written`,
      `src/manifest/targets.ts: the targets of an environment, of what is written`,
      `test/targets/${name}.ts: an empty target of its own for a test, and what is seen of it`,
      `test/model/kinds.ts: its operations, and what else the model tests must know of it`,
      `activities/targets/${name}/index.ts: the driver; test/targets/contract.ts says what it promises`,
      `src/plan/targets/${name}/index.ts: the planner; src/plan/engines is one`,
      `src/compose/answers/${name}.ts: the handling of every key; windlass docs compose --target ${name}`,
      'src/model/plan.ts: operations that only this kind has, in OperationsOf; src/model/observed.ts: what only it tells',
      'docs/windlass.example.yaml: an example of every key',
      `npm test -- test/targets test/src/compose`,
    ],
  }),
};

/** The import and the line of a registry whose entries have the names of their kinds. */
const registry = (name, file, list) => [
  [file, before('import { docker }'), IMPORT(name, camel(name))],
  [file, inside(list), name === camel(name) ? name : `${key(name)}: ${camel(name)}`],
];

const IMPORT = (name, what) => `import { ${what} } from './${name}';\n`;

const TARGET = (name) => `/** ${TODO}: what a target of this kind is. */
export interface ${pascal(name)}Target extends BaseTarget {
  kind: '${name}';
}

`;

const TARGET_SCHEMA = (name) => `  ${camel(name)}: z
    .strictObject({})
    .optional()
    .describe('${TODO}: what the target of the environment is, in one sentence.'),
`;

const WRITTEN_TARGET = (name) => `
  ${key(name)}: {
    key: '${camel(name)}',
    place: ({ ${camel(name)} }) => (${camel(name)} ? [{ kind: '${name}', name: '${name}', ...${camel(name)} }] : []),
  }`;

const TRAITS = (name) => `
  ${key(name)}: {
    operations: COMMON,
    target: (name) => ({ kind: '${name}', name }),
  }`;

/** A function that says what is to be written where it stands, and fails. */
const FILL_IN = (file) => `const fillIn = (what: string) => (): never => {
  throw new Error(\`${TODO} in ${file}: \${what}\`);
};
`;

const PLANNER = (name) => `import type { TargetPlanner } from '../planner';

${FILL_IN(`src/plan/targets/${name}/index.ts`)}
/** ${TODO}: what a plan consists of there, in one sentence. */
export const ${camel(name)}: TargetPlanner = {
  refuse: fillIn('what cannot be planned: throw Refused'),
  describeObserved: fillIn('what must still be so when the plan is carried out, a line each'),
  warnings: fillIn('what an approver must know, a sentence each'),
  describeLeftovers: fillIn('what runs there and belongs to nothing that the manifest has, a sentence each'),
  prepare: fillIn('the steps by which everything is there that a start needs'),
  runBefore: fillIn('the steps of before commands: runOneOff'),
  startReleased: fillIn('the steps that start released services: startInstances, undone by removeInstances'),
  startBackground: fillIn('the same of background services'),
  stopBackground: fillIn('the steps that stop background services of other releases: stopInstances'),
  stopOld: fillIn('the steps that stop instances of other releases: stopInstances'),
  switchAll: fillIn('the steps that move all traffic: switchRoutes, undone by the one before'),
  retire: fillIn('the steps that remove what is not of the release'),
  complete: fillIn('the phases, with what this kind adds to those of a strategy'),
  planToNothing: fillIn('the phases that take back a first release that was terminated'),
  planEject: fillIn('the phases by which windlass leaves'),
  planForget: fillIn('the phases that remove an accessory that is in no release any more'),
};
`;

const DRIVER = (name) => `import type { ${pascal(name)}Target } from '../../../src/model/target';
import type { Settings } from '../../settings';
import type { TargetDriver } from '../driver';

${FILL_IN(`activities/targets/${name}/index.ts`)}
/** ${TODO}: how it reaches its targets. */
export const open${pascal(name)} = (_settings: Settings): TargetDriver<${pascal(name)}Target> => ({
  observe: fillIn('what runs of an environment there'),
  facts: fillIn('what planning needs to know besides: FactsOf in src/plan/targets/facts.ts'),
  operations: {
    startInstances: fillIn('count instances run and are healthy'),
    stopInstances: fillIn('no more than so many run'),
    removeInstances: fillIn('no more than so many are there'),
    runOneOff: fillIn('a command runs once, to its end'),
    switchRoutes: fillIn('traffic goes to the release, unless a newer rollout has moved it'),
    watchInstances: fillIn('fail as soon as an instance is unhealthy, has restarted or is gone'),
  },
  ask: fillIn('a request to a routed service'),
  runOnce: fillIn('a command in the image and the networks of a service'),
  logs: fillIn('the end of what the instances of a service wrote'),
  drift: fillIn('what differs from the recorded release'),
  describeRunning: fillIn('what runs, as people read it'),
  answers: fillIn('who answers at the addresses of the release'),
  handOver: fillIn('how people go on with what ran, once windlass has left'),
  check: fillIn('everything that a release will need there'),
  planBootstrap: fillIn('what brings requests in, and what bootstrap would do'),
  bootstrap: fillIn('what brings requests in runs'),
});
`;

const COMPOSE_ANSWERS = (name) => `import type { Answers } from './answers';
import { docker } from './docker';

/** ${TODO}: the handling of every key there. Refuse a key it lacks, with the way out. */
export const ${camel(name)}: Answers = {
  ...docker,
};
`;

const BED = (name) => `import type { ContractBed } from './contract';

/** ${TODO}: an empty target of its own. */
export function openBed(): Promise<ContractBed> {
  throw new Error('${TODO} in test/targets/${name}.ts: an empty target of its own, what a start needs there, and what is seen of it');
}
`;

const VERIFICATION_SCHEMA = (name) => `export const ${camel(name)}Verification = z
  .strictObject({
    kind: z.literal('${name}'),
    service: z.string().describe('The service that is asked about.'),
  })
  .describe('${TODO}: what it asks, in one sentence.');

`;

const VERIFICATION = (name) => `import type { Verification } from '../../src/manifest/kinds';
import type { Subject, VerificationResult } from './result';

type ${pascal(name)} = Extract<Verification, { kind: '${name}' }>;

/** ${TODO}: what it asks, and when it passes. */
export async function verify${pascal(name)}(_subject: Subject, { service }: ${pascal(name)}): Promise<VerificationResult> {
  return { outcome: 'errored', why: \`${TODO}: activities/verifications/${name}.ts does not ask about \${service} yet\` };
}
`;

const VERIFICATION_TEST = (name) => `import { ${camel(name)}Verification } from '../../../src/manifest/kinds';
import { describeWith } from '../../setup/parts';
import { failureOf } from '../fixtures';
import { makeTestBed, service, type TestBed } from './rollout-fixtures';

describeWith(['engine', 'images'], 'the verification ${name}', () => {
  let bed: TestBed;
  const verification = { title: 'asked', ...${camel(name)}Verification.parse({ kind: '${name}', service: 'web' }) };

  beforeAll(async () => {
    bed = await makeTestBed();
    bed.release('r', { services: [service('web')], verifications: [verification] });
    await bed.perform('ensureProxy', {});
    await bed.perform('createNetworks', { release: 'r' });
    await bed.perform('startInstances', { release: 'r', service: 'web', count: 1 });
  });
  afterAll(() => bed.cleanUp());

  const verify = () => bed.perform('verify', { release: 'r', index: 0, title: 'asked' });

  test('passes when the release is fit', async () => {
    await verify();
  });

  test('fails when it is not, and says what was expected and what it got', async () => {
    // ${TODO}: make the release unfit.
    expect(await failureOf(verify())).toMatchObject({
      kind: 'verification-failed',
      message: '"asked" failed: expected ${TODO}',
    });
  });
});
`;

const STRATEGY = (name) => `import type { EnvironmentRecord } from '../../manifest/record/record';
import type { Phase } from '../../model/plan';
import type { PlanningInput } from '../planning';

/** ${TODO}: in what order things start, take traffic and stop. */
export function plan${pascal(name)}(_input: PlanningInput, _after: EnvironmentRecord): Phase[] {
  throw new Error('${TODO}: src/plan/strategies/${name}.ts has no phases yet');
}
`;

const STRATEGY_TEST = (name) => `import { strategy } from '../../../src/manifest/kinds';
import { describeOperation, type Plan } from '../../../src/model/plan';
import { planRollout } from '../../../src/plan/plan-rollout';
import { environment, planning, record, service } from './fixtures';

/** A plan as people read it: \`phase: a | b\` for each batch, compensations behind \`↺\`. */
const read = (plan: Plan) =>
  plan.phases.flatMap(({ name, batches }) =>
    batches.map((batch) => {
      const steps = batch.map(
        ({ operation, undo }) => describeOperation(operation) + (undo ? \` ↺ \${describeOperation(undo)}\` : ''),
      );
      return \`\${name}: \${steps.join(' | ')}\`;
    }),
  );

test('a plan of ${name}', () => {
  const how = { strategy: strategy.parse({ kind: '${name}' }) };
  const wanted = record('aaa', environment([service('web')], how));
  expect(read(planRollout(planning({ wanted })))).toEqual(['${TODO}']);
});
`;

const TODO = 'FILL IN';

function before(place) {
  return (text, added) => {
    const at = text.indexOf(place);
    return at < 0 ? undefined : text.slice(0, at) + added + text.slice(at);
  };
}

/** Behind what the expression finds. */
function after(place) {
  return (text, added) => {
    const found = place.exec(text);
    if (!found) return undefined;
    const end = found.index + found[0].length;
    return text.slice(0, end) + added + text.slice(end);
  };
}

/** At the end of the list that the expression captures. */
function inside(list) {
  return (text, added) => {
    const found = list.exec(text);
    if (!found) return undefined;
    const end = found.index + found[0].indexOf(found[1]) + found[1].trimEnd().length;
    const comma = text[end - 1] === ',' ? '' : ',';
    return `${text.slice(0, end)}${comma}${added.startsWith('\n') ? '' : ' '}${added}${comma ? '' : ','}${text.slice(end)}`;
  };
}

const pascal = (name) => name.replace(/(^|-)(\w)/g, (_all, _dash, letter) => letter.toUpperCase());
const camel = (name) => pascal(name).replace(/^\w/, (letter) => letter.toLowerCase());
const key = (name) => (name.includes('-') ? `'${name}'` : name);

const [kind, name = ''] = process.argv.slice(2);
const make = Object.hasOwn(KINDS, kind ?? '') ? KINDS[kind] : undefined;
if (!make || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
  const usage = `usage: npm run new ${Object.keys(KINDS).join('|')} NAME, with a NAME such as "metric" or "disk-space"`;
  const isAsked = kind === '--help' || kind === '-h';
  (isAsked ? console.log : console.error)(usage);
  process.exit(isAsked ? 0 : 2);
}
const { files, edits, next } = make(name);
const taken = Object.keys(files).find((file) => existsSync(join(root, file)));
if (taken) fail(`${taken} exists. Choose another name`);
const changed = new Map();
for (const [file, edit, added] of edits) {
  const text = changed.get(file) ?? readFileSync(join(root, file), 'utf8');
  const edited = edit(text, added);
  if (edited === undefined)
    fail(`${file}: the place for ${JSON.stringify(added.trim())} was not found. Fix lab/new.mjs`);
  changed.set(file, edited);
}
for (const [file, text] of [...changed, ...Object.entries(files)]) {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
  console.log(`${file in files ? 'new    ' : 'changed'} ${file}`);
}
const prettier = join(root, 'node_modules/prettier/bin/prettier.cjs');
const written = [...changed.keys(), ...Object.keys(files)];
execFileSync(process.execPath, [prettier, '--write', '--log-level', 'warn', ...written], { cwd: root });
console.log(
  `\nIt compiles, and its test fails. What is left, marked with "${TODO}":\n${next.map((line) => `  ${line}`).join('\n')}`,
);

/** Nothing was written. */
function fail(why) {
  console.error(`new: ${why}.`);
  process.exit(1);
}
