// SPDX-License-Identifier: MIT
//
// The line server in Go: a goroutine per connection, bufio on both sides.
//
//	line_server (flush|tied|count)
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
)

func echo(conn net.Conn) {
	in := bufio.NewScanner(conn)
	out := bufio.NewWriter(conn)
	for in.Scan() {
		out.Write(in.Bytes())
		out.WriteByte('\n')
		if out.Flush() != nil {
			return
		}
	}
}

func hasLine(in *bufio.Reader) bool {
	held, _ := in.Peek(in.Buffered())
	return bytes.IndexByte(held, '\n') >= 0
}

func echoTogether(conn net.Conn) {
	in := bufio.NewReader(conn)
	out := bufio.NewWriter(conn)
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return
		}
		out.Write(line)
		if !hasLine(in) && out.Flush() != nil {
			return
		}
	}
}

func count(conn net.Conn) {
	in := bufio.NewScanner(conn)
	lines := 0
	for in.Scan() {
		lines++
	}
	fmt.Fprintln(conn, lines)
}

func main() {
	serve := map[string]func(net.Conn){"flush": echo, "tied": echoTogether, "count": count}[os.Args[1]]
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Printf("listening on port %d\n", listener.Addr().(*net.TCPAddr).Port)
	for {
		conn, err := listener.Accept()
		if err != nil {
			panic(err)
		}
		go func() {
			defer conn.Close()
			serve(conn)
		}()
	}
}
