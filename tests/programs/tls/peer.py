# SPDX-License-Identifier: MIT
"""A peer of the echo programs that speaks TLS by Python's ssl. TlsPeer.java and peer.go are the same in other languages.

peer.py client VERSION AUTHORITY PORT  sends the lines of its input to localhost, prints the answers, and ends first
peer.py guest VERSION AUTHORITY PORT   the same, but waits for the server to end
peer.py server VERSION CHAIN KEY       echoes the lines of one client after the other

VERSION is TLSv1.2 or TLSv1.3. Prints "end of VERSION" when the other side has said close_notify, "failed: ..." if the
connection fails or ends without it.
"""
import socket
import ssl
import sys


def context_for(role, version):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if role == "server" else ssl.PROTOCOL_TLS_CLIENT)
    context.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)  # an end without close_notify is a failure
    context.minimum_version = context.maximum_version = ssl.TLSVersion[version.replace(".", "_")]
    return context


def say(text):
    print(text, flush=True)


def talk(role, version, authority, port):
    context = context_for(role, version)
    context.load_verify_locations(authority)
    plain = socket.create_connection(("localhost", int(port)))
    connection = context.wrap_socket(plain, server_hostname="localhost", suppress_ragged_eofs=False)
    answers = connection.makefile("rb")
    for line in sys.stdin.buffer:
        connection.sendall(line)
        say(answers.readline().decode().rstrip("\n"))
    end = "end of " + connection.version()
    if role == "client":
        connection.unwrap()
    elif answers.read() != b"":
        raise ssl.SSLError("more than the answers")
    say(end)


def echo(context, plain):
    connection = context.wrap_socket(plain, server_side=True, suppress_ragged_eofs=False)
    with connection, connection.makefile("rb") as lines:
        for line in lines:
            connection.sendall(line)
        say("end of " + connection.version())
        connection.unwrap()


def serve(version, chain, key):
    context = context_for("server", version)
    context.load_cert_chain(chain, key)
    with socket.create_server(("127.0.0.1", 0)) as server:
        say(f"listening on port {server.getsockname()[1]}")
        while True:
            client, _ = server.accept()
            try:
                echo(context, client)
            except OSError as error:
                say(f"failed: {error}")


def main(role, version, *rest):
    try:
        serve(version, *rest) if role == "server" else talk(role, version, *rest)
    except OSError as error:
        say(f"failed: {error}")


main(*sys.argv[1:])
