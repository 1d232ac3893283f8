// Takes orders: each is mailed and invoiced by others. Shows what they have done.
const { createServer } = require('node:http');
const queue = require('./queue');

async function order(request) {
  let what = '';
  for await (const part of request) what += part;
  await Promise.all([queue.put('mails', what), queue.put('invoices', what)]);
  return `ordered ${what}`;
}

const show = async () => ['Done:', ...(await queue.list('done'))].join('\n');

const server = createServer(async (request, response) => {
  try {
    response.end(request.method === 'POST' ? await order(request) : await show());
  } catch (error) {
    response.writeHead(502).end(error.message);
  }
});

server.listen(8080, () => console.log('web: listens on 8080'));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
