import type { Answers, Key, ComposeSection } from './answers/answers';

const TITLES: Record<ComposeSection, string> = {
  file: 'The file',
  service: 'A service',
  build: 'build',
  deploy: 'deploy',
  limits: 'deploy.resources.limits',
  reservations: 'deploy.resources.reservations',
  membership: "A service's entry of networks",
  network: 'An entry of networks',
  volume: 'An entry of volumes',
  object: 'An entry of configs or secrets',
};

/** The handling of every compose key, as Markdown tables. */
export function printComposeReference(answers: Answers): string {
  const parts = (Object.keys(TITLES) as ComposeSection[]).map((part) =>
    [`## ${TITLES[part]}`, '', '| key | | |', '|---|---|---|', ...answers[part].map(row).sort(), ''].join('\n'),
  );
  return ['# How compose keys are handled', '', ...parts].join('\n');
}

const row = ({ key, does, how = '' }: Key) => `| \`${key}\` | ${does} | ${how} |`;
