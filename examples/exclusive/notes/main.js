// Notes in a file of its own: POST / adds one, GET / shows them. Two of these would overwrite each other's notes.
const { createServer } = require('node:http');
const { existsSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } = require('node:fs');

const [file, lock] = ['/data/notes.json', '/data/lock'];
const title = 'notes';

// Who has the state renews the lock every second; one that was not renewed is of somebody who has crashed.
if (existsSync(lock) && Date.now() - statSync(lock).mtimeMs < 3_000) {
  console.error('notes: another instance has the state');
  process.exit(1);
}
writeFileSync(lock, '');
setInterval(() => utimesSync(lock, new Date(), new Date()), 1_000);

const notes = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];

const server = createServer(async (request, response) => {
  let note = '';
  for await (const part of request) note += part;
  if (request.method === 'POST') {
    notes.push(note);
    writeFileSync(file, JSON.stringify(notes));
  }
  response.end(`${notes.length} ${title} (version ${process.env.VERSION}): ${notes.join(', ')}`);
});

server.listen(8080, () => console.log('notes: listens on 8080'));
process.on('SIGTERM', () =>
  server.close(() => {
    rmSync(lock);
    process.exit(0);
  }),
);
