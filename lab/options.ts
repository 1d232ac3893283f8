import { Command, InvalidArgumentError, Option } from 'commander';

/** A tool of developers, which has `--help` and says in a sentence what it does not know. */
export const tool = (name: string, about: string): Command =>
  new Command(`npm run ${name} --`)
    .description(about)
    .helpOption('-h, --help', 'show this help')
    .showSuggestionAfterError()
    .allowExcessArguments(false);

/** `--NAME 50` */
export const numberOption = (name: string, about: string, usual?: number): Option =>
  new Option(`--${name} <n>`, about).default(usual).argParser(wholeNumber);

/** `--NAME one --NAME other`, of those that there are; default: all. */
export const choiceOption = (name: string, about: string, known: string[]): Option =>
  new Option(`--${name} <name...>`, about).choices(known).default(known, 'all');

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}
