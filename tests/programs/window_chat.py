# SPDX-License-Identifier: MIT
"""Uses the real window of window_chat under Xvfb, with the test as the server: window_chat.py PROGRAM"""
import ctypes
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

TIME_LIMIT = 30
PROGRAM = sys.argv[1]


def eventually(check, what):
    deadline = time.monotonic() + TIME_LIMIT
    while time.monotonic() < deadline:
        result = check()
        if result:
            return result
        time.sleep(0.02)
    raise AssertionError(f"did not happen: {what}")


class Screen:
    """An X server whose pixels are in a file."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        read, write = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-noreset", "-displayfd", str(write), "-screen", "0", "640x480x24", "-fbdir", self.folder.name],
            pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as number:
            os.environ["DISPLAY"] = ":" + number.readline().strip()

    def pixels(self):
        with open(os.path.join(self.folder.name, "Xvfb_screen0"), "rb") as file:
            return file.read()

    def settled(self):
        """The pixels once they have stopped changing, with the cursor blinking or not."""
        pixels = []

        def is_still():
            pixels.append(self.pixels())
            time.sleep(0.3)
            return len(pixels) > 1 and pixels[-1] == pixels[-2]
        eventually(is_still, "a still screen")
        return pixels[-1]

    def close(self):
        self.server.terminate()
        self.server.wait()
        self.folder.cleanup()


class ClientMessage(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int),
                ("display", ctypes.c_void_p), ("window", ctypes.c_ulong), ("message_type", ctypes.c_ulong),
                ("format", ctypes.c_int), ("data", ctypes.c_long * 5), ("rest", ctypes.c_long * 24)]


def send_delete_window(window):
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XInternAtom.restype = ctypes.c_ulong
    display = ctypes.c_void_p(x11.XOpenDisplay(None))
    atoms = [x11.XInternAtom(display, name, 0) for name in (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW")]
    message = ClientMessage(type=33, window=window, message_type=atoms[0], format=32, data=(atoms[1], 0, 0, 0, 0))
    x11.XSendEvent(display, ctypes.c_ulong(window), 0, ctypes.c_long(0), ctypes.byref(message))
    x11.XCloseDisplay(display)


class Chat:
    """A window, and the server's end of its connection."""

    def __init__(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(TIME_LIMIT)
            port = str(listener.getsockname()[1])
            self.program = subprocess.Popen([PROGRAM, "127.0.0.1", port, "지민"], stderr=subprocess.PIPE, text=True)
            self.peer, _ = listener.accept()
        self.peer.settimeout(TIME_LIMIT)
        self.lines = self.peer.makefile("r", encoding="utf-8", newline="\n")
        self.window = eventually(self.find, "a window")

    def find(self):
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--pid", str(self.program.pid)],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
        return found.stdout.split()[-1:]

    def do(self, *command):
        subprocess.run(["xdotool", command[0], "--window", *self.window, *command[1:]],
                       stderr=subprocess.DEVNULL, check=True)

    def say(self, text):
        self.do("type", "--delay", "20", text)
        self.do("key", "Return")

    def close(self):
        """As the button of a window manager does."""
        send_delete_window(int(self.window[0]))
        assert self.program.wait(TIME_LIMIT) == 0
        assert self.program.stderr.read() == ""
        self.peer.close()


def refused(arguments, environment):
    """The one line with which the program ends."""
    ended = subprocess.run([PROGRAM, *arguments], env=environment, capture_output=True, text=True, timeout=TIME_LIMIT,
                           check=False)
    assert ended.returncode == 1, ended
    assert ended.stderr.count("\n") == 1, ended.stderr
    return ended.stderr


def test_nobody_listens(_):
    without_display = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    assert "refused" in refused(["127.0.0.1", "1"], without_display)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        assert "display" in refused(["127.0.0.1", port], without_display)


def test_typed_line_is_sent_and_closing_ends(_):
    chat = Chat()
    chat.say("hello")  # the field has the focus
    assert chat.lines.readline() == "지민:hello\n"
    chat.do("key", "Return")  # an empty line is not sent
    chat.do("key", "Escape")  # does not close the window
    chat.say("again")
    assert chat.lines.readline() == "지민:again\n"
    start = time.monotonic()
    chat.close()
    assert time.monotonic() - start < 5


def test_korean_is_shown(screen):
    chat = Chat()
    empty = screen.settled()
    chat.peer.sendall("민수:가가가가\n".encode())
    eventually(lambda: screen.pixels() != empty, "a line in the window")
    first = screen.settled()
    chat.close()
    chat = Chat()
    chat.peer.sendall("민수:무무무무\n".encode())
    eventually(lambda: screen.pixels() not in (empty, first), "a line in the window")
    assert screen.settled() != first, "different characters look the same"
    chat.close()


def test_flood_does_not_freeze_the_window(_):
    chat = Chat()
    for start in range(0, 300000, 1000):
        chat.peer.sendall(b"".join(b"flood:%d %s\n" % (i, b"x" * 60) for i in range(start, start + 1000)))
    chat.peer.sendall(b"flood:" + b"long " * 200000 + b"\n")
    start = time.monotonic()
    chat.say("still here")
    assert chat.lines.readline() == "지민:still here\n"
    assert time.monotonic() - start < 25
    chat.close()


def test_lost_connection_is_said_in_a_window_that_stays(screen):
    chat = Chat()
    before = screen.settled()
    chat.peer.shutdown(socket.SHUT_RDWR)
    chat.peer.close()
    eventually(lambda: screen.pixels() != before, "a word about it")
    assert chat.program.poll() is None
    chat.close()


def test_signal_ends(_):
    chat = Chat()
    chat.program.send_signal(signal.SIGTERM)
    assert chat.program.wait(TIME_LIMIT) == 0


def main():
    screen = Screen()
    with open(os.path.join(screen.folder.name, "leaks"), "w", encoding="ascii") as suppressions:
        suppressions.write("leak:libfontconfig\n")  # which keeps its caches until the end of the program
    os.environ["LSAN_OPTIONS"] = f"print_suppressions=0:suppressions={suppressions.name}"
    try:
        for name, test in list(globals().items()):
            if name.startswith("test_"):
                test(screen)
                print("ok:", name[5:], flush=True)
    finally:
        screen.close()


main()
