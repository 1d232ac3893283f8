import type { Finding } from '../model/path';
import { isLiteralSecret, secretsIn } from '../model/secret';
import { didYouMean } from '../model/suggest';
import { checkHosts } from './rules-hosts';
import { checkProjects } from './rules-projects';
import { checkRoutes } from './rules-routes';
import { checkStrategies } from './rules-strategies';
import type { Manifest } from './schema';

/** What no schema can say of a manifest. Every rule looks at the whole of it, so that one that fails hides no other. */
type Rule = (manifest: Manifest) => Finding[];

/** All that the rules find wrong in a manifest by itself; what its services are like is for `checkServices`. */
export function checkManifest(manifest: Manifest): Finding[] {
  return RULES.flatMap((rule) => rule(manifest));
}

const environmentsOf = (manifest: Manifest) => Object.entries(manifest.environments);
const servicesOf = (manifest: Manifest) => Object.entries(manifest.services);

const secretsAreNotWrittenOut: Rule = (manifest) =>
  environmentsOf(manifest).flatMap(([environment, { variables }]) =>
    Object.entries(variables)
      .filter(([name, value]) => isLiteralSecret(name, value) && !manifest.notSecret.includes(name))
      .map(([name]) => ({
        path: ['environments', environment, 'variables', name],
        message:
          `looks like a secret that is written out. Declare it under secrets, as ${name}: { env: ${name} }, ` +
          `so that only the worker reads it; if it is none, list it under notSecret`,
      })),
  );

const aNameIsAVariableOrASecret: Rule = (manifest) =>
  environmentsOf(manifest).flatMap(([environment, { variables, secrets }]) =>
    Object.keys(variables)
      .filter((name) => name in secrets)
      .map((name) => ({
        path: ['environments', environment, 'variables', name],
        message: 'is declared under secrets, too. Keep one of the two',
        atKey: true,
      })),
  );

/** They become the environment of `docker compose`; these would tell the program itself what to load. */
const STEERING = /^(LD_|DYLD_|DOCKER_(CONFIG|CLI_)|COMPOSE_(?!PROFILES$)|GIT_(SSH|CONFIG|EXEC)|(PATH|HOME)$)/;

const variablesSteerNothing: Rule = (manifest) =>
  environmentsOf(manifest).flatMap(([environment, said]) =>
    (['variables', 'secrets'] as const).flatMap((key) =>
      Object.keys(said[key])
        .filter((name) => STEERING.test(name))
        .map((name) => ({
          path: ['environments', environment, key, name],
          message: 'is a variable that steers docker compose itself. Choose another name, here and in the compose file',
          atKey: true,
        })),
    ),
  );

const variablesReferToDeclaredSecrets: Rule = (manifest) =>
  environmentsOf(manifest).flatMap(([environment, { variables, secrets }]) =>
    Object.entries(variables).flatMap(([name, value]) =>
      secretsIn(value)
        .filter((secret) => !(secret in secrets))
        .map((secret) => ({
          path: ['environments', environment, 'variables', name],
          message: `refers to the secret ${secret}, which this environment does not declare. ${didYouMean(secret, Object.keys(secrets))}`,
        })),
    ),
  );

const approvalsCanBeGiven: Rule = (manifest) =>
  environmentsOf(manifest).flatMap(([environment, { approval }]) => {
    if (!approval) return [];
    const persons = new Set(approval.from);
    const path = ['environments', environment, 'approval'];
    const twice = approval.from.findIndex((person, index) => approval.from.indexOf(person) !== index);
    const tooMany = approval.count > persons.size;
    return [
      ...(twice < 0 ? [] : [{ path: [...path, 'from', twice], message: 'is named twice. A person decides once' }]),
      ...(tooMany
        ? [
            {
              path: [...path, 'count'],
              message: `is ${approval.count}, but only ${persons.size} may decide. Name more persons, or ask for fewer`,
            },
          ]
        : []),
    ];
  });

const commandsSayWhatUndoesThem: Rule = (manifest) =>
  servicesOf(manifest).flatMap(([service, { before }]) =>
    before.flatMap(({ undo, irreversible }, index) => {
      const path = ['services', service, 'before', index];
      if (undo && irreversible) return [{ path, message: 'has an undo and is irreversible. Keep one of the two' }];
      if (undo || irreversible) return [];
      return [{ path, message: 'does not say how it is undone. Write undo: [command], or irreversible: true' }];
    }),
  );

const whatCompletesIsUndoneInOneWay: Rule = (manifest) =>
  servicesOf(manifest).flatMap(([service, { completes }]) =>
    completes?.undo && completes.irreversible
      ? [
          {
            path: ['services', service, 'completes'],
            message: 'has an undo and is irreversible. Keep one of the two',
          },
        ]
      : [],
  );

const accessoriesStandStill: Rule = (manifest) =>
  servicesOf(manifest).flatMap(([service, { accessory, background, before, replicas = 1 }]) => {
    if (!accessory) return [];
    const at = (key: string, message: string) => ({ path: ['services', service, key], message, atKey: true });
    return [
      ...(background
        ? [at('background', 'is said of an accessory, which stays while releases come and go. Keep one of the two')]
        : []),
      ...(before.length > 0
        ? [at('before', 'is said of an accessory. Commands run from the image of a released service; move it to one')]
        : []),
      ...(replicas > 1 ? [at('replicas', `is ${replicas}. An accessory keeps data and has one instance`)] : []),
    ];
  });

const registryLoginsAreWhole: Rule = ({ registry }) => {
  if (!registry || typeof registry === 'string') return [];
  const { username, password } = registry;
  if (Boolean(username) === Boolean(password)) return [];
  return [
    {
      path: ['registry'],
      message: `has a ${username ? 'user name' : 'password'} alone. Write username and password, or neither`,
    },
  ];
};

const composeFilesLieInTheRepository: Rule = (manifest) => {
  const lists = [
    { path: ['compose'], files: manifest.compose ?? [] },
    ...environmentsOf(manifest).map(([name, { compose }]) => ({
      path: ['environments', name, 'compose'],
      files: compose,
    })),
  ];
  return lists.flatMap(({ path, files }) =>
    files.flatMap((file, index) =>
      /^(\/|[a-z]+:)|(^|\/)\.\.(\/|$)/.test(file)
        ? [
            {
              path: [...path, index],
              message: 'is outside of the repository. Write a path below the folder of this file',
            },
          ]
        : [],
    ),
  );
};

/** A record's repository is `APP/windlass`. */
const namesAreFree: Rule = (manifest) =>
  Object.keys(manifest.services)
    .filter((name) => name === 'windlass')
    .map((name) => ({
      path: ['services', name],
      message: 'is where windlass keeps its records in the registry. Choose another name for the service',
      atKey: true,
    }));

const RULES: Rule[] = [
  secretsAreNotWrittenOut,
  aNameIsAVariableOrASecret,
  variablesSteerNothing,
  variablesReferToDeclaredSecrets,
  approvalsCanBeGiven,
  commandsSayWhatUndoesThem,
  whatCompletesIsUndoneInOneWay,
  accessoriesStandStill,
  registryLoginsAreWhole,
  composeFilesLieInTheRepository,
  checkHosts,
  namesAreFree,
  checkRoutes,
  checkStrategies,
  checkProjects,
];
