// Asks the store, by the name that compose gives it. One connection is kept, as a client of a database keeps it: a new one asks
// the engine for the address of the name, and a busy engine may answer that later than anybody waits.
const { Agent, request } = require('node:http');

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

const ask = (method, key, body) =>
  new Promise((resolve, reject) => {
    const sent = request({ host: 'store', port: 7000, path: `/${key}`, method, agent }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part) => (text += part));
      answer.on('end', () => resolve(text));
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });

const get = (key) => ask('GET', key);
const put = (key, value) => ask('PUT', key, value);
const add = (key) => ask('POST', key);

module.exports = { get, put, add };
