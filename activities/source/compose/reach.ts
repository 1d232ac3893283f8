import { readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { LineCounter } from 'yaml';
import { parseBounded } from '../../../src/compose/bounds';
import { interpolate } from '../../../src/compose/files/interpolate';
import { type Include, type Named, whatItReads } from '../../../src/compose/files/reads';
import { findPosition } from '../../../src/manifest/yaml/position';
import { reportUnset } from '../../drivers/compose';
import { type ComposeFinding, type ComposeInput, LARGEST } from '../../drivers/compose/compose-program';
import { wayWithin } from '../../drivers/within';
import { Known } from './known-variables';

/** The limit of one application's compose files, including included ones. */
const MOST_FILES = 100;

interface ComposeLocation {
  file: string;
  base: string;
  known: Known;
}

/** The path a file names, if known and inside the checkout; otherwise a problem. */
type PathResolver = (named: Named, remedy: string) => string | undefined;

/**
 * Checks everything docker compose would read before it does: all included and extended files, env
 * files and label files must be inside the checkout by their real paths, and compose files small.
 * Missing files are left to compose.
 */
export function checkReach(input: ComposeInput): ComposeFinding[] {
  const { dir, root = dir, variables, project, files, isCommitted = () => true } = input;
  const reach = new Reach(dir, root);
  const given = Known.of({ ...variables, COMPOSE_PROJECT_NAME: project, PWD: dir });
  const dotEnv = isCommitted('.env') ? reach.start(join(dir, '.env')) : undefined;
  const known = (dotEnv === undefined ? given : reach.readEnvFile(dotEnv, given)) ?? given;
  for (const name of files) {
    const file = reach.start(join(dir, name));
    if (file) reach.look({ file, base: dir, known });
  }
  return reach.problems;
}

class Reach {
  readonly problems: ComposeFinding[] = [];
  private readonly seen = new Set<string>();

  constructor(
    private readonly dir: string,
    private readonly root: string,
  ) {}

  start(file: string): string | undefined {
    if (wayWithin(this.root, file) !== undefined) return file;
    const message = 'is outside the repository. Commit the file itself, or name another';
    return void this.problems.push({ file: this.nameOf(file), message });
  }

  look(place: ComposeLocation): void {
    const { file, base, known } = place;
    const key = JSON.stringify([file, base, known.key]);
    if (this.seen.has(key)) return;
    this.seen.add(key);
    const tell = (message: string, offset = 0, lines?: LineCounter) =>
      this.problems.push({ file: this.nameOf(file), ...positionOf(lines, offset), message });
    const stats = statSync(file, { throwIfNoEntry: false });
    if (!stats) return;
    if (this.seen.size > MOST_FILES)
      return void tell(`is one of more than ${MOST_FILES} included compose files. Use fewer`);
    if (!stats.isFile() || stats.size > LARGEST)
      return void tell('is larger than 1 MB or not a file. Split it, or name another');
    const read = parseBounded(readFileSync(file, 'utf8'));
    if ('message' in read) return void tell(read.message, read.offset, read.lines);
    for (const [index, document] of read.documents.entries()) {
      const ask: PathResolver = (named, remedy) => {
        const found = this.resolve(named.text, place, remedy);
        if (typeof found === 'string') return found;
        const position = findPosition(document, read.lines, named.at);
        return void this.problems.push({ file: this.nameOf(file), ...position, path: named.at, ...found });
      };
      this.follow(read.data[index], place, ask);
    }
  }

  private follow(data: unknown, { base, known }: ComposeLocation, ask: PathResolver): void {
    const { includes, extended, entries } = whatItReads(data);
    for (const named of entries) ask(named, OF_ENTRIES);
    for (const named of extended) {
      const file = ask(named, OF_FILES);
      if (file) this.look({ file, base: dirname(file), known });
    }
    for (const include of includes) this.followInclude(include, { base, known }, ask);
  }

  private followInclude(
    { files, folder, envFiles }: Include,
    { base, known }: Omit<ComposeLocation, 'file'>,
    ask: PathResolver,
  ): void {
    const paths = files.map((named) => ask(named, OF_FILES));
    const own = folder ? ask(folder, OF_FILES) : dirname(paths[0] ?? base);
    if (own === undefined || paths.includes(undefined)) return;
    const dotEnv = { at: files[0]?.at ?? [], text: join(own, '.env').replaceAll('$', '$$$$') };
    let inner: Known | undefined = known;
    for (const named of envFiles?.filter(({ text }) => text !== '/dev/null') ?? [dotEnv]) {
      const path = ask(named, OF_ENTRIES);
      inner = path === undefined || !inner ? undefined : this.readEnvFile(path, inner);
    }
    if (inner) for (const file of paths) this.look({ file: file!, base: own, known: inner });
  }

  /** The variables known with an env file of the checkout; undefined, and a problem, when it cannot be read. */
  readEnvFile(path: string, known: Known): Known | undefined {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats || stats.isDirectory()) return known;
    if (stats.isFile() && stats.size <= LARGEST) return known.with(readFileSync(path, 'utf8'));
    return void this.problems.push({
      file: this.nameOf(path),
      message: 'is larger than 1 MB or not a file. Shorten it',
    });
  }

  private resolve(
    written: string,
    { base, known }: ComposeLocation,
    remedy: string,
  ): string | Pick<ComposeFinding, 'message' | 'variable'> {
    const found = interpolate(written, known.lookup);
    if ('unset' in found) return reportUnset(found.unset);
    if ('unknown' in found)
      return {
        message:
          `is ${written}, and the value of ${found.unknown} is unknown before docker compose reads it. Write the path, ` +
          `or declare ${found.unknown} under variables in windlass.yaml`,
      };
    const { text } = found;
    if (/^([a-z][a-z0-9+.-]*:|git@|github\.com\/)/i.test(text))
      return { message: `is ${text}, which is on another machine. Commit the file, and name it` };
    const path = resolve(base, text);
    if (!text.startsWith('~') && wayWithin(this.root, path) !== undefined) return path;
    return { message: `is ${text}, which is outside the repository. ${remedy}` };
  }

  private nameOf(file: string): string {
    return relative(this.dir, file);
  }
}

const OF_ENTRIES = 'Commit it next to the compose file, or declare its entries in windlass.yaml';
const OF_FILES = 'Commit it, and use a path that stays inside the repository, links included';

function positionOf(lines: LineCounter | undefined, offset: number): { line: number; column: number } {
  const { line, col } = lines?.linePos(offset) ?? { line: 1, col: 1 };
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
