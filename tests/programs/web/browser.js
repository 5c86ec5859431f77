// SPDX-License-Identifier: MIT
//
// People use the page of web_chat_server in a headless Chromium: browser.js CHROMIUM SERVER LINE_CLIENT [OPTION...]
'use strict';
const assert = require('assert');
const { Chromium, eventually, lineOf, sleep, start, startServer } = require('./chromium.js');

const isLive = 'document.querySelector("[role=status]").textContent === "연결됨"';

class Room {
  constructor(chromium, program, lineClient, options) {
    Object.assign(this, { chromium, program, lineClient, options, port: '0' });
  }

  async start() {
    this.server = await startServer(this.program, [this.port, '--lines', '0', ...this.options]);
    this.port = String(this.server.port);  // so that it comes back where it was
    this.url = this.server.origin + '/';
  }

  async kill() {
    this.server.kill('SIGKILL');
    await this.server.end;
  }

  async post(name, text) {
    const answer = await fetch(this.url + 'messages', { method: 'POST', body: JSON.stringify({ name, text }) });
    assert.strictEqual(answer.status, 201);
  }

  // Somebody opens the page and gives a name.
  async enter(name) {
    const page = await this.chromium.newPage({ ownContext: true });
    await page.open(this.url);
    await page.until(isLive);
    await page.focus('이름');
    await page.type(name);
    return page;
  }

  terminal(name) { return start(this.lineClient, ['127.0.0.1', String(this.server.lines), name]); }
}

const tests = {
  async 'two tabs and a terminal talk'(room) {
    const [ann, minsu] = [await room.enter('Ann'), await room.enter('민수')];
    const terminal = room.terminal('terminal');
    await ann.say('안녕하세요');
    await minsu.hasText('안녕하세요');
    await ann.hasText('안녕하세요');
    await minsu.say('네');
    await ann.hasText('네');
    terminal.stdin.write('hello from a terminal\n');
    await ann.hasText('hello from a terminal');
    await minsu.hasText('hello from a terminal');
    assert.deepStrictEqual(await ann.messages(),
      [['Ann', '안녕하세요', true], ['민수', '네', false], ['terminal', 'hello from a terminal', false]]);
    assert.deepStrictEqual(await minsu.messages(),
      [['Ann', '안녕하세요', false], ['민수', '네', true], ['terminal', 'hello from a terminal', false]]);
    terminal.stdin.end();
    assert.strictEqual(await terminal.end, 0);
    return [ann, minsu];
  },

  async 'a later reader sees the messages so far'(room) {
    for (let i = 0; i < 3; ++i) await room.post('Ann', 'number ' + i);
    const page = await room.enter('late');
    assert.deepStrictEqual((await page.messages()).map(([, text]) => text), ['number 0', 'number 1', 'number 2']);
    assert.strictEqual(await page.evaluate('document.querySelectorAll(".said").length'), 1);  // one group
    return [page];
  },

  async 'markup is shown as text'(room) {
    const page = await room.enter('Ann');
    const markup = '<script>document.title = "broken"</script><img src=x onerror="document.title = \'broken\'">';
    await room.post(markup, markup);
    await page.hasText(markup);
    assert.strictEqual(await page.evaluate('document.title'), '채팅');
    assert.strictEqual(await page.evaluate('document.querySelectorAll("#log script, #log img").length'), 0);
    return [page];
  },

  async 'the policy lets nothing else in'(room) {
    const page = await room.enter('Ann');
    const blocked = await page.evaluate(`new Promise(resolve => {
      document.addEventListener('securitypolicyviolation', event => resolve(event.effectiveDirective));
      const script = document.createElement('script');
      script.textContent = 'document.title = "broken"';
      document.head.append(script);
    })`);
    assert.strictEqual(blocked, 'script-src-elem');
    assert.strictEqual(await page.evaluate('document.title'), '채팅');
    assert.strictEqual(await page.evaluate('fetch("http://127.0.0.1:1/").then(() => "sent", () => "blocked")'), 'blocked');
    return [];  // whose console reports the violations
  },

  async 'a keyboard alone is enough'(room) {
    const page = await room.chromium.newPage({ ownContext: true });
    await page.open(room.url);
    await page.until(isLive);
    assert.strictEqual(await page.evaluate('document.activeElement.labels[0].textContent'), '이름');
    await page.type('Ann');
    await page.enter();
    assert.strictEqual(await page.evaluate('document.activeElement.labels[0].textContent'), '메시지');
    await page.type('by keyboard');
    await page.tab();
    assert.strictEqual(await page.evaluate('document.activeElement.textContent'), '보내기');
    await page.enter();
    await page.hasText('by keyboard');
    return [page];
  },

  async 'screen readers hear messages and the state'(room) {
    const page = await room.enter('Ann');
    assert.strictEqual(await page.evaluate('document.querySelector("[role=log]").getAttribute("aria-label")'), '대화');
    assert.strictEqual(await page.evaluate('document.documentElement.lang'), 'ko');
    assert.strictEqual(await page.evaluate('document.querySelectorAll("input:not([id])").length'), 0);
    return [page];
  },

  async 'Enter does not send while a character is composed'(room) {
    const page = await room.enter('Ann');
    await page.focus('메시지');
    await page.call('Input.imeSetComposition', { text: '안녀', selectionStart: 2, selectionEnd: 2 });
    await page.enter();
    await page.call('Input.insertText', { text: '안녕' });
    assert.strictEqual(await page.evaluate('document.querySelectorAll(".message").length'), 0);
    assert.strictEqual(await page.evaluate('document.activeElement.value'), '안녕');
    await page.enter();
    await page.hasText('안녕');
    return [page];
  },

  async 'empty messages and names are not sent'(room) {
    const page = await room.enter(' ');
    await page.say('   ');
    await page.say('text');
    assert.strictEqual(await page.evaluate('document.activeElement.labels[0].textContent'), '이름');
    await page.type('Ann');
    await page.enter();
    await page.hasText('   text');  // what was typed is still there
    assert.strictEqual((await page.messages()).length, 1);
    return [page];
  },

  async 'the title counts unread messages'(room) {
    const page = await room.enter('Ann');
    await page.call('Emulation.setFocusEmulationEnabled', { enabled: false });
    await page.evaluate('document.hasFocus = () => false');
    await room.post('other', 'one');
    await room.post('other', 'two');
    await page.until('document.title === "(2) 채팅"');
    await page.evaluate('delete document.hasFocus; document.hasFocus = () => true; window.dispatchEvent(new Event("focus"))');
    assert.strictEqual(await page.evaluate('document.title'), '채팅');
    return [page];
  },

  async 'the list follows only a reader at its end'(room) {
    for (let i = 0; i < 60; ++i) await room.post('Ann', 'line ' + i);
    const page = await room.enter('reader');
    const atEnd = '(log => log.scrollHeight - log.scrollTop - log.clientHeight < 5)(document.querySelector("[role=log]"))';
    assert(await page.evaluate(atEnd));
    await room.post('Ann', 'more');
    await page.hasText('more');
    assert(await page.evaluate(atEnd));
    await page.evaluate('document.querySelector("[role=log]").scrollTop = 200');
    await page.until('document.querySelector("[role=log]").scrollTop === 200');
    await room.post('Ann', 'below');
    await page.until('!document.querySelector("#newer").hidden');
    assert.strictEqual(await page.evaluate('document.querySelector("[role=log]").scrollTop'), 200);
    await page.evaluate('document.querySelector("#newer").click()');
    assert(await page.evaluate(atEnd));
    return [page];
  },

  async 'a narrow screen needs no sideways scrolling'(room) {
    const page = await room.enter('Ann');
    await page.call('Emulation.setDeviceMetricsOverride', { width: 360, height: 640, deviceScaleFactor: 1, mobile: true });
    await room.post('W'.repeat(32), 'W'.repeat(500));
    await page.hasText('W'.repeat(500));
    await page.say('아주긴단어'.repeat(100));
    await page.until('document.querySelectorAll(".said .message").length === 2');
    assert.strictEqual(await page.evaluate('document.documentElement.scrollWidth'), 360);
    assert.strictEqual(await page.evaluate('(log => log.scrollWidth - log.clientWidth)(document.querySelector("[role=log]"))'), 0);
    return [page];
  },

  async 'dark mode is dark'(room) {
    const page = await room.enter('Ann');
    await page.call('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: 'dark' }] });
    const color = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    assert(/\d+/g[Symbol.match](color).every(part => Number(part) < 64), color);
    return [page];
  },

  async 'a killed server is waited for, nothing is lost or shown twice'(room) {
    const page = await room.enter('Ann');
    await page.say('before');
    await page.hasText('before');
    await room.kill();
    await page.until('document.querySelector("[role=status]").textContent.includes("연결이 끊겼습니다")');
    await page.say('meanwhile 1');
    await page.say('meanwhile 2');
    await page.focus('메시지');
    await page.type('half typed');
    await room.start();
    await room.post('other', 'missed');
    await page.until(isLive);
    await page.hasText('meanwhile 2');
    await page.hasText('missed');
    assert.strictEqual(await page.evaluate('document.querySelector("#text").value'), 'half typed');
    const texts = (await page.messages()).map(([, text]) => text);
    assert.deepStrictEqual(texts.filter(text => text !== 'missed'), ['before', 'meanwhile 1', 'meanwhile 2']);
    assert.strictEqual(await page.evaluate('document.querySelectorAll(".pending").length'), 0);
    return [];  // whose console reports the lost connections
  },

  async 'a message whose answer was lost is not sent again'(room) {
    const page = await room.enter('Ann');
    await page.evaluate('socket.onmessage = () => {}');  // as if the connection died right after the message was sent
    await page.say('once');
    await eventually(async () => (await (await fetch(room.url + 'messages')).json()).length === 1);
    await page.evaluate('lose(socket)');
    await page.hasText('once');
    await page.until(isLive);
    await page.say('twice');
    await page.hasText('twice');
    assert.strictEqual((await (await fetch(room.url + 'messages')).json()).length, 2);
    assert.deepStrictEqual(await page.messages(), [['Ann', 'once', true], ['Ann', 'twice', true]]);
    return [page];
  },

  async 'a message that comes in both ways is shown once'(room) {
    const page = await room.enter('Ann');
    await page.evaluate(`{
      const real = fetch;
      window.fetch = async (...what) => {  // between the opening of the WebSocket and the question for what was missed
        await real('/messages', { method: 'POST', body: JSON.stringify({ name: 'other', text: 'both ways' }) });
        return real(...what);
      };
      lose(socket);
    }`);
    await page.hasText('both ways');
    await page.until(isLive);
    assert.deepStrictEqual(await page.messages(), [['other', 'both ways', false]]);
    return [page];
  },

  async 'loading the page again keeps name, draft and own messages'(room) {
    const page = await room.enter('Ann');
    await page.say('mine');
    await page.hasText('mine');
    await page.type('draft');
    await page.open(room.url + '?again');
    await page.hasText('mine');
    assert.deepStrictEqual(await page.messages(), [['Ann', 'mine', true]]);
    assert.strictEqual(await page.evaluate('nameField.value + ":" + textField.value'), 'Ann:draft');
    return [];  // its path is that of the page, but with a query
  },
};

async function main([chromiumProgram, program, lineClient, ...options]) {
  const certificate = options.includes('--certificate') ? options[options.indexOf('--certificate') + 1] : null;
  const chromium = await Chromium.start(chromiumProgram, certificate);
  let failed = 0;
  for (const [name, test] of Object.entries(tests)) {
    const room = new Room(chromium, program, lineClient, options);
    try {
      await room.start();
      for (const page of await test(room)) assert.deepStrictEqual(page.problems, [], 'the console has errors');
      console.log('ok: ' + name);
    } catch (error) {
      ++failed;
      console.log('FAILED: ' + name + '\n' + error.stack);
    } finally {
      if (room.server) await room.kill();
    }
  }
  await chromium.stop();
  process.exit(failed === 0 ? 0 : 1);
}

main(process.argv.slice(2)).catch(error => {
  console.error(error);
  process.exit(1);
});
