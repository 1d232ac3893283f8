import { Command } from 'commander';
import { type CommandResult, action, examples } from '../../deliver';
import { UserError } from '../../errors';
import { COMMANDS } from '../../main';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

const HOW = `
  bash: windlass completion bash > ~/.local/share/bash-completion/completions/windlass
  zsh:  windlass completion zsh > "\${fpath[1]}/_windlass"
  fish: windlass completion fish > ~/.config/fish/completions/windlass.fish`;

export function define(command: Command): void {
  command
    .argument('<shell>', SHELLS.join(', '))
    .addHelpText('after', examples('source <(windlass completion bash)') + `\n\nTo have it in every terminal:\n${HOW}`);
  action(command, completion);
}

/** A command as a shell is to know it. */
interface CommandWord {
  name: string;
  summary: string;
  options: string[];
  /** What a shell runs for the words that come after it; without, files. */
  ask?: string;
}

async function completion(shell: string): Promise<CommandResult> {
  if (!SHELLS.includes(shell as Shell))
    throw new UserError(`completion: is "${shell}". Expected ${SHELLS.join(', ')}.`);
  const words = await Promise.all(Object.keys(COMMANDS).map(wordOf));
  const script = SCRIPTS[shell as Shell](words);
  return { json: { shell, script }, lines: script.trimEnd().split('\n') };
}

async function wordOf(name: string): Promise<CommandWord> {
  const { summary, load } = COMMANDS[name]!;
  const command = new Command(name);
  (await load()).define(command);
  const options = command.options.flatMap(({ long }) => long ?? []);
  const takesEnvironment = command.registeredArguments.some((argument) => argument.name().includes('environment'));
  const ask =
    name === 'completion' ? `printf '%s\\n' ${SHELLS.join(' ')}` : takesEnvironment ? ENVIRONMENTS : undefined;
  return { name, summary, options: [...options, '--json', '--help'], ask };
}

/** The environments of the manifest that is here: what most commands take first. */
const ENVIRONMENTS = "sed -n '/^environments:/,/^[^ #]/s/^  \\([a-z][a-z0-9_]*\\):.*/\\1/p' windlass.yaml 2>/dev/null";

const SCRIPTS: Record<Shell, (words: CommandWord[]) => string> = {
  bash: (words) => `# bash completion for windlass
_windlass() {
  local word=\${COMP_WORDS[COMP_CWORD]} choices
  if [ "$COMP_CWORD" -eq 1 ]; then choices="${words.map(({ name }) => name).join(' ')}"
  else
    case "\${COMP_WORDS[1]} $word" in
${words.map(({ name, options }) => `      "${name} -"*) choices="${options.join(' ')}" ;;`).join('\n')}
${asking(words, ({ name, ask }) => `      "${name} "*) choices="$(${ask})" ;;`)}
    esac
  fi
  COMPREPLY=($(compgen -W "$choices" -- "$word"))
}
complete -o default -F _windlass windlass
`,
  zsh: (words) => `#compdef windlass
_windlass() {
  local -a commands choices
  commands=(
${words.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  if [[ $words[CURRENT] == -* ]]; then
    case $words[2] in
${words.map(({ name, options }) => `      ${name}) compadd -- ${options.join(' ')} ;;`).join('\n')}
    esac
    return
  fi
  case $words[2] in
${asking(words, ({ name, ask }) => `    ${name}) choices=(\${(f)"$(${ask})"}) ;;`)}
  esac
  (( $#choices )) && compadd -a choices || _files
}
if [ "$funcstack[1]" = "_windlass" ]; then _windlass "$@"; else compdef _windlass windlass; fi
`,
  fish: (words) => `# fish completion for windlass
complete -c windlass -n __fish_use_subcommand -f
${words.map(({ name, summary }) => `complete -c windlass -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`).join('\n')}
${asking(words, ({ name, ask }) => `complete -c windlass -n '__fish_seen_subcommand_from ${name}' -f -a "(${ask})"`)}
${words
  .flatMap(({ name, options }) =>
    options.map((option) => `complete -c windlass -n '__fish_seen_subcommand_from ${name}' -l ${option.slice(2)}`),
  )
  .join('\n')}
`,
};

const asking = (words: CommandWord[], write: (word: CommandWord) => string): string =>
  words
    .filter(({ ask }) => ask)
    .map(write)
    .join('\n');
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
