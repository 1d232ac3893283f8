import { isAncestor } from '../../../activities/drivers/git/ancestry';
import { addFiles, commitAll, folderWith, git } from './fixture';

describe('is a commit an ancestor of what runs?', () => {
  const dir = folderWith({ 'a.txt': '1' });
  const first = commitAll(dir);
  addFiles(dir, { 'a.txt': '2' });
  const second = commitAll(dir);
  git(dir, 'checkout', '--quiet', '-b', 'side', first);
  addFiles(dir, { 'b.txt': 'b' });
  const side = commitAll(dir);
  const cache = folderWith({});
  const ask = (commit: string, of: string, url = dir) => isAncestor({ url, commit }, of, cache, 10_000);

  test.each([
    ['yes', first, second, true],
    ['no, it is newer', second, first, false],
    ['no, it stands beside', side, second, false],
    ['not known where what runs is in no history any more', first, 'a'.repeat(40), undefined],
  ])('%s', async (_, commit, of, answer) => {
    expect(await ask(commit, of)).toBe(answer);
  });

  test('not known where the history is had in part only, or the repository is not there', async () => {
    const shallow = folderWith({});
    git(shallow, 'clone', '--quiet', '--depth=1', `file://${dir}`, '.');
    expect(await ask(first, git(shallow, 'rev-parse', 'HEAD'), shallow)).toBeUndefined();
    expect(await ask(first, second, '/nowhere/shop')).toBeUndefined();
  });
});
