import pc from 'picocolors';

/** What the demo says itself, between what windlass prints. */
export const say = (line: string) => void process.stdout.write(`${line}\n`);
export const title = (text: string) => say(`\n${pc.bold(text)}\n${'─'.repeat(text.length)}`);
