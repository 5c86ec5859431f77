// SPDX-License-Identifier: MIT
//
// Node's `ws` takes part in the room of web_chat_server: clients.js SERVER [OPTION...]
'use strict';
const assert = require('assert');
const WebSocket = require('ws');
const { eventually, startServer } = require('./chromium.js');

async function open(url, options) {
  const socket = new WebSocket(url, options);
  socket.heard = [];
  socket.on('message', data => socket.heard.push(JSON.parse(data)));
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  return socket;
}

async function main([program, ...options]) {
  const server = await startServer(program, ['0', ...options]);
  try {
    const url = server.origin.replace('http', 'ws') + '/chat';
    const clients = await Promise.all(Array.from({ length: 10 }, () => open(url)));  // offers permessage-deflate, too
    const each = 20;
    clients.forEach((client, i) => {
      for (let n = 0; n < each; ++n) client.send(JSON.stringify({ name: 'node ' + i, text: '메시지 ' + n }));
    });
    const all = clients.length * each;
    await eventually(() => clients.every(client => client.heard.length === all), 'all messages at all clients');
    for (const client of clients) assert.deepStrictEqual(client.heard, clients[0].heard);
    for (let i = 1; i < all; ++i) assert(clients[0].heard[i - 1].id < clients[0].heard[i].id);

    await new Promise(resolve => clients[0].on('pong', resolve).ping('x'));
    const refused = await new Promise(resolve => new WebSocket(url, { origin: 'http://evil.example' }).on('error', resolve));
    assert.match(refused.message, /403/);
    clients[0].send(Buffer.from([1]));
    assert.strictEqual(await new Promise(resolve => clients[0].on('close', resolve)), 1003);
    clients[1].close(4000, 'bye');
    assert.strictEqual(await new Promise(resolve => clients[1].on('close', resolve)), 4000);
    const closed = Promise.all(clients.slice(2).map(client => new Promise(resolve => client.on('close', resolve))));
    server.kill('SIGTERM');
    assert((await closed).every(code => code === 1001));
    assert.strictEqual(await server.end, 0);
    assert.strictEqual(server.text.stderr, '');
  } finally {
    server.kill('SIGKILL');
  }
}

main(process.argv.slice(2)).catch(error => {
  console.error(error);
  process.exit(1);
});
