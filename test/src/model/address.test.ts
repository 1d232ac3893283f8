import { strikeCredentials, withoutCredentials } from '../../../src/model/text/address';

test.each([
  ['https://u:p@git.example/a.git?t=1#x', 'https://git.example/a.git'],
  ['https://token@git.example/a', 'https://git.example/a'],
  ['HTTPS://u:pw@git.example/a', 'HTTPS://git.example/a'],
  ['https://u:p@ss@git.example/a', 'https://git.example/a'],
  ['https://u:p/ss@git.example/a', 'https://git.example/a'],
  ['https://git.example:8443/a@b', 'https://git.example:8443/a@b'],
  ['https://git.example/a.git?private_token=pw', 'https://git.example/a.git'],
  ['https://git.example/a.git?access_token=pw&x=1', 'https://git.example/a.git'],
  ['ssh://git@git.example/a', 'ssh://git@git.example/a'],
  ['ssh://git:pw@git.example:22/a', 'ssh://git@git.example:22/a'],
  ['git://u:pw@git.example/a', 'git://git.example/a'],
  ['git@git.example:a/b', 'git@git.example:a/b'],
  ['git:pw@git.example:a/b', 'git@git.example:a/b'],
  ['/srv/a', '/srv/a'],
  ['file:///srv/a', 'file:///srv/a'],
  [
    "unable to access 'https://u:pw@git.example/a/?private_token=pw/': no",
    "unable to access 'https://git.example/a/': no",
  ],
])('M10: %s without what it logs in with', (address, bare) => expect(withoutCredentials(address)).toBe(bare));

test('M10: what an address logs in with is struck out of a text however it is encoded', () => {
  const address = 'https://robot:p%40ss%2Fword@git.example/a?private_token=tok en';
  for (const text of ['p%40ss%2Fword', 'p@ss/word', 'for "robot"', 'tok en', 'tok%20en'])
    expect(strikeCredentials(`git says: ${text}!`, address)).toMatch(/\*\*\*"?!$/);
});
