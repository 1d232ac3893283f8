/** Plain English: words and patterns that were replaced everywhere must not come back. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');
const PLACES = ['src', 'activities', 'workflows', 'cli', 'lab', 'parts', 'docs', 'README.md', 'CONTRIBUTING.md'];
/** Results are output of earlier runs. */
const LEFT_OUT = /^lab\/results\/|\.json$|\.png$/;

/** What must not be written, and what to write instead. */
const BANNED: [pattern: RegExp, instead: string][] = [
  [/\bdeeds?\b(?!`)/i, 'operation, call, work'],
  [/\bwhoever\b/i, 'anyone who, the person who, or name the thing'],
  [/(?<![-.'])\banew\b(?!:)/i, 'again; recreated'],
  [/\b(is|are|was|were) told (by|at|when|with|once|besides)\b/i, 'is reported, is shown'],
  [/\bbr(ing|ings|ought) [\w ]{0,20}\blevel\b/i, 'updates, converges'],
  [/\bof before\b(?! command)(?![(),])/i, 'earlier, former'],
  [/\b(is|are|was|were) not there\b/i, 'is missing, does not exist'],
  [/\b(is|are) there already\b/i, 'already exists'],
  [/\bmend(s|ed|ing)?\b/i, 'fix, repair'],
  [/\bsmall letters\b/i, 'lowercase'],
  [/\b\d*\}? ?signs(?= |,|\.).*\b(long|resolve|has)\b/i, 'characters'],
  [/(?<!')\bunauthorised\b(?!')/i, 'unauthorized'],
  [/\bfor want of\b/i, 'without, because there is no'],
  [/\bnothing was touched\b/i, 'nothing was changed'],
  [/\bt(akes?|ook|aking) part\b/i, 'participates, is involved'],
  [/\bstands? beside\b/i, 'runs at the same time, next to'],
  [/\botherwise than\b/i, 'differs from, does not match'],
  [/\bwhat becomes of\b/i, 'how … is handled'],
  [/\basked for by\b/i, 'requested by'],
  [/\bgone back to\b/i, 'returned to, rolled back to'],
  [/\bwritten out\b/i, 'literal'],
  [/\bwas not foreseen\b/i, 'unexpected error'],
  [/\bdoes not let you in\b/i, 'denied access'],
  [/\bon (its|the) way still\b/i, 'still in progress'],
  [/\bis not said\b|\bsays nothing of\b/i, 'is missing, does not mention'],
  [/\bgoes on by itself\b/i, 'continues by itself'],
  [/\bcome again\b/i, 'happen again'],
  [/\b(Told|Hands|A_HANDFUL)\b(?= ?[({=])/, 'UserError, dispatcher, MAX_INLINE_HOSTS'],
  [
    /\b(type|interface|class) (Place|Answer|Asked|Asking|Part|Beside|Said|Told|Kept|Taken|Placed|Wish|Notes|Fate|Inhabited|Word)\b/,
    'a name that says what it is, as EnvironmentRef, CommandResult, TrafficShare',
  ],
  [/\b(ComposedContainer|composedOn|keptElsewhere|homeless|onTheWay|tidyCheckouts|wishesFor)\b/, 'the field’s term'],
  [/\bmade by somebody\b|\bby somebody in\b/i, 'by a person, from'],
  [/\btells? nothing\b/i, 'was inconclusive, is unknown'],
];

function filesBelow(place: string): string[] {
  if (!statSync(join(ROOT, place)).isDirectory()) return [place];
  return readdirSync(join(ROOT, place), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(`${place}/${entry.name}`) : [`${place}/${entry.name}`],
  );
}

/** `FILE:LINE: "WORD". Write INSTEAD.` for every banned word of a text. */
function findBanned(file: string, text: string): string[] {
  return text.split('\n').flatMap((line, index) =>
    BANNED.flatMap(([pattern, instead]) => {
      const found = pattern.exec(line);
      return found ? [`${file}:${index + 1}: "${found[0].trim()}". Write: ${instead}`] : [];
    }),
  );
}

test.each([
  ['// The deed is done.', 'deed'],
  ['say(`Ask whoever runs it`)', 'whoever'],
  ['/** It is made anew. */', 'anew'],
  ['interface Place {', 'interface Place'],
  ["next: 'Mend the Dockerfile'", 'Mend'],
])('finds %s', (line, word) => {
  expect(findBanned('a.ts', `\n${line}`)).toEqual([expect.stringMatching(`^a.ts:2: "${word}". Write: `)]);
});

test('words that were replaced do not come back', () => {
  const files = PLACES.flatMap(filesBelow).filter((file) => !LEFT_OUT.test(file));
  expect(files.flatMap((file) => findBanned(file, readFileSync(join(ROOT, file), 'utf8')))).toEqual([]);
});
