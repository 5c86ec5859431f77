// SPDX-License-Identifier: MIT
//
// A chat room for browsers with Node's `ws`: what web_chat_server does with a message, without its checks and pages.
// Each message is rendered once for all clients.
'use strict';
const { WebSocketServer } = require('ws');

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' }, () => {
  console.log('listening on port ' + server.address().port);
});
let last = 0;

server.on('connection', client => {
  client.on('message', data => {
    const { name, text } = JSON.parse(data);
    const now = new Date();
    last = Math.max(last + 1, now.getTime() * 1024);
    const message = JSON.stringify({ id: last, name, text, timestamp: now.toISOString() });
    for (const other of server.clients) other.send(message);
  });
});
