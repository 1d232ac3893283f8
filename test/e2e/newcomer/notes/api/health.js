fetch('http://127.0.0.1:8080/').then(
  (answer) => process.exit(answer.ok ? 0 : 1),
  () => process.exit(1),
);
