// As much of PostgreSQL's protocol as this example needs, so that it builds without a package from anywhere: one connection
// for each query, in text, with the password as it is. A real application takes a client from its registry.
const { createConnection } = require('node:net');

const { DB_HOST = 'db', DB_USER = 'guestbook', DB_PASSWORD = '' } = process.env;

const text = (...words) => Buffer.from(`${words.join('\0')}\0`);
const sized = (body) => Buffer.concat([Buffer.from(new Uint32Array([body.length + 4]).buffer).swap32(), body]);
const message = (type, body) => Buffer.concat([Buffer.from(type), sized(body)]);
const startup = sized(Buffer.concat([Buffer.from([0, 3, 0, 0]), text('user', DB_USER, 'database', DB_USER, '')]));

/** The rows of a query, each a list of texts. Several statements are one transaction. */
function query(sql) {
  return new Promise((resolve, reject) => {
    const socket = createConnection(5432, DB_HOST, () => socket.write(startup));
    const rows = [];
    let asked = false;
    let failure;
    let rest = Buffer.alloc(0);
    socket.setTimeout(30_000, () => socket.destroy(new Error('the database did not answer within 30 s')));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the database closed the connection')));
    socket.on('data', (data) => {
      rest = Buffer.concat([rest, data]);
      while (rest.length >= 5 && rest.length > rest.readUInt32BE(1)) {
        const end = rest.readUInt32BE(1) + 1;
        take(String.fromCharCode(rest[0]), rest.subarray(5, end));
        rest = rest.subarray(end);
      }
    });

    function take(type, body) {
      if (type === 'R' && body.readUInt32BE(0) === 3) socket.write(message('p', text(DB_PASSWORD)));
      if (type === 'D') rows.push(columns(body));
      if (type === 'E')
        failure = new Error(
          body
            .toString()
            .split('\0')
            .find((part) => part.startsWith('M'))
            ?.slice(1),
        );
      if (type === 'E' && !asked) finish();
      if (type === 'Z' && asked) finish();
      else if (type === 'Z') {
        asked = true;
        socket.write(message('Q', text(sql)));
      }
    }
    function finish() {
      socket.end(message('X', Buffer.alloc(0)));
      if (failure) reject(failure);
      else resolve(rows);
    }
  });
}

function columns(body) {
  const list = [];
  for (let at = 2; list.length < body.readUInt16BE(0);) {
    const length = body.readInt32BE(at);
    list.push(length < 0 ? null : body.toString('utf8', at + 4, at + 4 + length));
    at += 4 + Math.max(length, 0);
  }
  return list;
}

const quote = (value) => `'${value.replaceAll("'", "''")}'`;

module.exports = { query, quote };
