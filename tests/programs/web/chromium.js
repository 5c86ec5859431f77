// SPDX-License-Identifier: MIT
//
// Drives a headless Chromium over the DevTools protocol, and starts web_chat_server.
'use strict';
const { spawn } = require('child_process');
const { X509Certificate, createHash } = require('crypto');
const fs = require('fs');
const os = require('os');
const path = require('path');
const WebSocket = require('ws');

const timeLimit = 100000;  // for a slow machine under a sanitizer; in all, a test has 240 seconds
const sleep = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

// Polls until `check` returns something true, and returns it.
async function eventually(check, what) {
  const deadline = Date.now() + timeLimit;
  while (Date.now() < deadline) {
    const result = await check();
    if (result) return result;
    await sleep(20);
  }
  throw new Error('did not happen: ' + (what ?? check));
}

// The next line that a program prints.
function lineOf(program, stream = 'stdout') {
  return eventually(() => {
    const end = program.text[stream].indexOf('\n');
    if (end < 0) return null;
    const line = program.text[stream].slice(0, end);
    program.text[stream] = program.text[stream].slice(end + 1);
    return line;
  }, 'a line of ' + program.spawnfile);
}

function start(command, args, options = {}) {
  const program = spawn(command, args, options);
  program.text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) {
    program[stream].setEncoding('utf8').on('data', data => { program.text[stream] += data; });
  }
  program.on('error', error => { program.text.stderr += error; });  // it could not be started
  program.end = new Promise(resolve => program.on('exit', (code, signal) => resolve(code ?? signal)));
  return program;
}

async function startServer(program, args) {
  const server = start(program, args);
  server.port = Number(/^listening on port (\d+)$/.exec(await lineOf(server))[1]);
  server.origin = `${args.includes('--certificate') ? 'https' : 'http'}://localhost:${server.port}`;
  if (args.includes('--lines')) server.lines = Number(/^lines on port (\d+)$/.exec(await lineOf(server))[1]);
  return server;
}

class Page {
  constructor(socket) {
    this.socket = socket;
    this.next = 0;
    this.calls = new Map();
    this.problems = [];
    socket.on('message', data => this.take(JSON.parse(data)));
  }

  take(message) {
    if (message.id) {
      const { resolve, reject } = this.calls.get(message.id);
      this.calls.delete(message.id);
      if (message.error) reject(new Error(message.error.message)); else resolve(message.result);
    } else if (message.method === 'Runtime.exceptionThrown') {
      this.problems.push(message.params.exceptionDetails.exception?.description ?? message.params.exceptionDetails.text);
    } else if (message.method === 'Log.entryAdded' && message.params.entry.level === 'error') {
      this.problems.push(message.params.entry.text);
    } else if (message.method === 'Runtime.consoleAPICalled' && message.params.type === 'error') {
      this.problems.push(JSON.stringify(message.params.args));
    }
  }

  call(method, params = {}) {
    const id = ++this.next;
    this.socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => this.calls.set(id, { resolve, reject }));
  }

  async evaluate(expression) {
    const result = await this.call('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (result.exceptionDetails) throw new Error(result.exceptionDetails.exception?.description);
    return result.result.value;
  }

  until(expression) {
    return eventually(() => this.evaluate(expression).catch(() => false), expression);
  }

  async open(url) {
    await this.call('Page.navigate', { url });
    await this.until('document.readyState === "complete" && location.href !== "about:blank"');
  }

  async key(key, code, text) {
    await this.call('Input.dispatchKeyEvent', { type: 'keyDown', key, code: key, windowsVirtualKeyCode: code, text });
    await this.call('Input.dispatchKeyEvent', { type: 'keyUp', key, code: key, windowsVirtualKeyCode: code });
  }

  enter() { return this.key('Enter', 13, '\r'); }
  tab() { return this.key('Tab', 9); }
  type(text) { return this.call('Input.insertText', { text }); }

  focus(label) {
    return this.evaluate(`[...document.querySelectorAll('label')].find(l => l.textContent === ${JSON.stringify(label)}).control.focus()`);
  }

  // Types a message as a person does.
  async say(text) {
    await this.focus('메시지');
    await this.type(text);
    await this.enter();
  }

  // The messages, as [name, text, own or not].
  messages() {
    return this.evaluate(`[...document.querySelectorAll('.said .message')].map(m => {
      const group = m.closest('.group');
      return [group.querySelector('.name').textContent, m.querySelector('.text').textContent, group.classList.contains('own')];
    })`);
  }

  hasText(text) { return this.until(`[...document.querySelectorAll('.said .text')].some(t => t.textContent === ${JSON.stringify(text)})`); }

  async screenshot(file) {
    const { data } = await this.call('Page.captureScreenshot', { format: 'png' });
    fs.writeFileSync(file, Buffer.from(data, 'base64'));
  }
}

// How Chromium is told about a certificate that it has to accept.
function keyHash(file) {
  const key = new X509Certificate(fs.readFileSync(file)).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}

class Chromium {
  // certificate: a file with that of the server, if it has one.
  static async start(program, certificate) {
    const trust = certificate ? ['--ignore-certificate-errors-spki-list=' + keyHash(certificate)] : [];
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netlite-chromium-'));
    const chromium = start(program, ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage',
      '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
      '--lang=ko', '--remote-debugging-port=0', '--user-data-dir=' + folder, ...trust, 'about:blank'],
      { detached: true });  // a process group: the program may be a script that starts Chromium
    const port = await eventually(() => /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(chromium.text.stderr)?.[1],
      'the start of Chromium');
    return Object.assign(new Chromium(), { chromium, folder, port });
  }

  // Each page is a tab. Each context has its own storage, as another browser would.
  async newPage({ ownContext = false } = {}) {
    this.control ??= await this.connect((await this.get('/json/version')).webSocketDebuggerUrl);
    const context = ownContext ? await this.control.call('Target.createBrowserContext') : {};
    const { targetId } = await this.control.call('Target.createTarget', { url: 'about:blank', ...context });
    const page = await this.connect(`ws://127.0.0.1:${this.port}/devtools/page/${targetId}`);
    for (const domain of ['Page', 'Runtime', 'Log']) await page.call(domain + '.enable');
    return page;
  }

  async connect(url) {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
    return new Page(socket);
  }

  async get(where) { return (await fetch(`http://127.0.0.1:${this.port}${where}`)).json(); }

  async stop() {
    process.kill(-this.chromium.pid);
    await this.chromium.end;
    await eventually(() => {  // its helpers may still write
      try {
        fs.rmSync(this.folder, { recursive: true, force: true });
        return true;
      } catch {
        return false;
      }
    }, 'the end of Chromium');
  }
}

module.exports = { Chromium, eventually, lineOf, sleep, start, startServer };
