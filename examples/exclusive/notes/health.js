fetch('http://127.0.0.1:8080/').catch(() => process.exit(1));
