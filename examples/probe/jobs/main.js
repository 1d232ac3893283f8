// A background service: two of them must never work at once.
setInterval(() => {}, 1_000);
process.on('SIGTERM', () => process.exit(0));
