// As much of WebSockets (RFC 6455) as an echo needs: short text frames, and a close frame when the service stops.
const { createHash } = require('node:crypto');

const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const GOING_AWAY = Buffer.from([0x88, 2, 1001 >> 8, 1001 & 0xff]);
const open = new Set();

exports.acceptWebSocket = (request, socket) => {
  const key = createHash('sha1')
    .update(request.headers['sec-websocket-key'] + MAGIC)
    .digest('base64');
  const head = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
  socket.write([...head, `Sec-WebSocket-Accept: ${key}`, '', ''].join('\r\n'));
  open.add(socket);
  socket.on('data', (frames) => {
    for (let at = 0; at < frames.length; at += 6 + (frames[at + 1] & 0x7f)) socket.write(echo(frames.subarray(at)));
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => open.delete(socket));
};

exports.closeWebSockets = () => {
  for (const socket of open) socket.end(GOING_AWAY);
};

// What a client sends is masked, what a server sends is not.
function echo(frame) {
  const length = frame[1] & 0x7f;
  const mask = frame.subarray(2, 6);
  const text = frame.subarray(6, 6 + length).map((byte, index) => byte ^ mask[index % 4]);
  return Buffer.concat([Buffer.from([0x81, length]), text]);
}
