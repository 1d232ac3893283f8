import type { Finding } from '../../model/text/path';
import { isLiteralSecret, secretsIn } from '../../model/container/secret';
import { didYouMean } from '../../model/text/suggest';
import { checkHosts } from './hosts';
import { checkProjects } from './projects';
import { checkRoutes } from './routes';
import { checkStrategies } from './strategies';
import { checkTargets } from './targets';
import { steers } from '../variables/steering';
import type { Manifest } from '../schema';

/** The rules of a manifest that no schema can express. Every rule reads all of it, so that no failure hides another. */
type Rule = (manifest: Manifest) => Finding[];

/** The problems the rules find in a manifest alone; `checkServices` checks its services. */
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
          `looks like a literal secret. Declare it under secrets as ${name}: { env: ${name} }, ` +
          `which only the worker reads. If it is not a secret, list it under notSecret`,
      })),
  );

const aNameIsAVariableOrASecret: Rule = (manifest) =>
  environmentsOf(manifest).flatMap(([environment, { variables, secrets }]) =>
    Object.keys(variables)
      .filter((name) => Object.hasOwn(secrets, name))
      .map((name) => ({
        path: ['environments', environment, 'variables', name],
        message: 'is also declared under secrets. Keep one of the two',
        atKey: true,
      })),
  );

const variablesSteerNothing: Rule = (manifest) =>
  environmentsOf(manifest).flatMap(([environment, said]) =>
    (['variables', 'secrets'] as const).flatMap((key) =>
      Object.keys(said[key])
        .filter((name) => steers(name))
        .map((name) => ({
          path: ['environments', environment, key, name],
          message: 'is a name that controls docker, git or a shell. Choose another one, here and in the compose file',
          atKey: true,
        })),
    ),
  );

const variablesReferToDeclaredSecrets: Rule = (manifest) =>
  environmentsOf(manifest).flatMap(([environment, { variables, secrets }]) =>
    Object.entries(variables).flatMap(([name, value]) =>
      secretsIn(value)
        .filter((secret) => !Object.hasOwn(secrets, secret))
        .map((secret) => ({
          path: ['environments', environment, 'variables', name],
          message: `refers to secret ${secret}, but this environment does not declare it. ${didYouMean(secret, Object.keys(secrets))}`,
        })),
    ),
  );

const approvalsCanBeGiven: Rule = (manifest) =>
  environmentsOf(manifest).flatMap(([environment, { approval }]) => {
    if (!approval) return [];
    const names = approval.from.map((person) => person.trim().toLowerCase());
    const people = new Set(names);
    const path = ['environments', environment, 'approval'];
    const twice = names.findIndex((person, index) => names.indexOf(person) !== index);
    const tooMany = approval.count > people.size;
    return [
      ...(twice < 0 ? [] : [{ path: [...path, 'from', twice], message: 'is a duplicate. A person decides once' }]),
      ...(tooMany
        ? [
            {
              path: [...path, 'count'],
              message: `is ${approval.count}, but only ${people.size} may decide. Name more people, or require fewer`,
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
      return [{ path, message: 'has no undo. Write undo: [command], or irreversible: true' }];
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
        ? [at('background', 'does not apply to an accessory, which outlives releases. Keep one of the two')]
        : []),
      ...(before.length > 0
        ? [at('before', 'does not apply to an accessory. Move it to a released service, whose new image runs it')]
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
      message: `has only a ${username ? 'username' : 'password'}. Write username and password, or neither`,
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
              message: "is outside the repository. Write a path below this file's folder",
            },
          ]
        : [],
    ),
  );
};

const namesAreFree: Rule = (manifest) =>
  Object.keys(manifest.services)
    .filter((name) => name === 'windlass')
    .map((name) => ({
      path: ['services', name],
      message: "is the name of windlass's own repository in the registry. Rename the service",
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
  checkTargets,
  checkHosts,
  namesAreFree,
  checkRoutes,
  checkStrategies,
  checkProjects,
];
