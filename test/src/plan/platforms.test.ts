import { isForPlatform, judgePlatform, type ImagePlatforms } from '../../../src/plan/engines/platforms';

const several = (...platforms: string[]): ImagePlatforms => ({ image: 'example/web:1', platforms, isList: true });

test('an image of several platforms without that of the host is refused, because the engine pulls none', () => {
  const images = { web: several('linux/amd64', 'linux/s390x'), db: several('linux/amd64', 'linux/arm64') };
  expect(judgePlatform('linux/arm64', ['web', 'db'], images)).toEqual({
    refusal:
      'is linux/arm64, but image example/web:1 of web exists for linux/amd64, linux/s390x only. ' +
      'Name another image, or hosts of that platform',
    warnings: [],
  });
  expect(judgePlatform('linux/arm64', ['db'], images)).toEqual({ warnings: [] });
  expect(judgePlatform('linux/amd64', ['web', 'db'], images)).toEqual({ warnings: [] });
});

test('an image of one other platform is a warning, because an engine may emulate it', () => {
  const images = { web: { image: 'example/web:1', platforms: ['linux/amd64'], isList: false } };
  expect(judgePlatform('linux/arm64', ['web'], images)).toEqual({
    warnings: [
      'the engine is linux/arm64, and image example/web:1 of web is for linux/amd64: it starts only where the host emulates that',
    ],
  });
});

test('what is built is for the platform of the builder, or the one that it names', () => {
  const images = { web: { platforms: ['linux/amd64'], isList: false } };
  expect(judgePlatform('linux/arm64', ['web'], images).warnings).toEqual([
    'the engine is linux/arm64, and web is built for linux/amd64: it starts only where the host emulates that. ' +
      'Name the platform under build in the compose file (platforms: [linux/arm64]), or build on such an engine',
  ]);
});

test.each([
  ['linux/amd64', ['linux/386'], true],
  ['linux/arm64', ['linux/arm'], true],
  ['linux/arm64', ['linux/amd64'], false],
  ['linux/amd64', [], true],
  ['linux/amd64', ['windows/amd64'], false],
])('on %s, is an image of %j for it? %s', (platform, of, is) => expect(isForPlatform(platform, of)).toBe(is));
