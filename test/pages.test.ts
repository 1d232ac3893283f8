import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '..');
const PAGES = execFileSync('git', ['ls-files', '*.md'], { cwd: ROOT, encoding: 'utf8' }).trim().split('\n');

const LINK = /\]\((?![a-z]+:)([^)#\s]+)(?:#[^)]*)?\)/g;
/** A file or folder of this repository; a word in capitals stands for any. */
const PATH = /`((?:test|lab|src|activities|parts|cli|docs|workflows|examples|deploy)\/(?![^`]*[A-Z]{3})[\w./-]+)`/g;
const ENDINGS = ['', '.ts', '.test.ts', '.long.test.ts'];

const found = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name]) => name!);

test.each(PAGES)('%s leads to pages, files and folders that exist', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const links = found(text, LINK).filter((link) => !existsSync(join(ROOT, dirname(page), link)));
  const paths = found(text, PATH).filter((path) => !ENDINGS.some((ending) => existsSync(join(ROOT, path + ending))));
  expect([...links, ...paths]).toEqual([]);
});
