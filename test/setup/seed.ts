/** Another one in every run, unless `WINDLASS_SEED` repeats one; whoever uses it says it. */
export const seedOfRun = (): number => Number(process.env['WINDLASS_SEED'] ?? Date.now() % 2 ** 31);
