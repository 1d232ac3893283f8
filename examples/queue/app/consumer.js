// Works off one queue. What it has begun it ends before it stops, so that nothing is lost or done twice.
const queue = require('./queue');

const [, , name] = process.argv;
let stopping = false;

async function work() {
  while (!stopping) {
    const item = await queue.take(name).catch((error) => console.error(error.message));
    if (item) await queue.put('done', `${name}: ${item} (version ${process.env.VERSION})`);
    else await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

console.log(`works off ${name}`);
process.on('SIGTERM', () => (stopping = true));
void work();
