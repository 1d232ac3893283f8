/** Another one in every run, unless `WINDLASS_SEED` repeats one; the test that uses it prints it. */
export const seedOfRun = (): number => Number(process.env['WINDLASS_SEED'] ?? Date.now() % 2 ** 31);
