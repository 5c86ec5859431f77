# SPDX-License-Identifier: MIT
"""Python's `websockets` takes part in the room of web_chat_server: clients.py SERVER [OPTION...]"""
import asyncio
import json
import signal
import subprocess
import sys
import urllib.request

import websockets

TIME_LIMIT = 100


def start(program, options):
    server = subprocess.Popen([program, "0", "--lines", "0", *options], stdout=subprocess.PIPE, text=True)
    ports = [int(server.stdout.readline().split()[-1]) for _ in range(2)]
    return server, ports


async def main(program, options):
    server, (port, lines) = start(program, options)
    tls = "s" if "--certificate" in options else ""
    url = f"ws{tls}://localhost:{port}/chat"
    try:
        reader, writer = await asyncio.open_connection("localhost", lines)
        async with websockets.connect(url) as one, websockets.connect(url) as two:
            await one.send(json.dumps({"name": "파이썬", "text": "안녕하세요"}))
            first = json.loads(await two.recv())
            assert first == json.loads(await one.recv())
            assert (first["name"], first["text"]) == ("파이썬", "안녕하세요"), first
            assert (await reader.readline()).decode() == "파이썬:안녕하세요\n"
            writer.write("터미널:네\n".encode())
            assert json.loads(await two.recv())["text"] == "네"
            await one.recv()
            await two.send(["{\"name\": \"a\", ", "\"text\":", " \"in pieces\"}"])
            assert json.loads(await one.recv())["text"] == "in pieces"
            await two.recv()
            with urllib.request.urlopen(f"http{tls}://localhost:{port}/messages") as answer:
                assert [message["text"] for message in json.load(answer)] == ["안녕하세요", "네", "in pieces"]
            await (await one.ping())
            await one.close(4001, "bye")
            assert one.close_code == 4001
            server.send_signal(signal.SIGTERM)
            await two.wait_closed()
            assert two.close_code == 1001, two.close_code
        assert server.wait(TIME_LIMIT) == 0
    finally:
        server.kill()
        server.wait()


asyncio.run(asyncio.wait_for(main(sys.argv[1], sys.argv[2:]), TIME_LIMIT))
