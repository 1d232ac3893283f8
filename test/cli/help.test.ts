import { COMMANDS, buildProgram } from '../../cli/main';

const NAMES =
  'init check plan release approve reject status history diff parity rollback eject forget recover clean cancel freeze thaw resolve ps open logs trust bootstrap docs dev codec worker completion'.split(
    ' ',
  );

test('every command is there, each with a line for the list', async () => {
  const program = await buildProgram([]);
  expect(program.commands.map((command) => command.name())).toEqual(NAMES);
  expect(program.helpInformation()).toContain('let a release go on to the next environment');
});

describe.each(Object.keys(COMMANDS))('%s', (name) => {
  const help = async (): Promise<string> => {
    const program = await buildProgram([name, '--help']);
    const command = program.commands.find((one) => one.name() === name)!;
    let text = '';
    command.configureOutput({ writeOut: (more) => (text += more) });
    command.outputHelp();
    return text;
  };

  test('its help has an example and --json', async () => {
    const text = await help();
    expect(text).toMatch(new RegExp(`\\nExamples?:\\n(  .*\\n)*  .*\\bwindlass ${name}\\b`));
    expect(text).toContain('--json');
  });

  test('its help explains every option and argument', async () => {
    const program = await buildProgram([name]);
    const command = program.commands.find((one) => one.name() === name)!;
    expect([...command.options, ...command.registeredArguments].filter((one) => !one.description)).toEqual([]);
  });
});
