// SPDX-License-Identifier: MIT
//
// The line server in Go: a goroutine per connection, bufio on both sides.
//
//	line_server (flush|tied|count|read|write) [CERTIFICATE KEY]
//
// With a certificate it speaks TLS. read and write exchange portions of bytes.
package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
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

const block = 64 * 1024
const portion = 256 * block

func readPortions(conn net.Conn) {
	bytes := make([]byte, block)
	for {
		for left := portion; left > 0; {
			size := block
			if left < size {
				size = left
			}
			n, err := conn.Read(bytes[:size])
			if err != nil {
				return
			}
			left -= n
		}
		if _, err := conn.Write([]byte("!")); err != nil {
			return
		}
	}
}

func writePortions(conn net.Conn) {
	bytes := make([]byte, block)
	request := make([]byte, 1)
	for {
		if _, err := io.ReadFull(conn, request); err != nil {
			return
		}
		for i := 0; i < portion/block; i++ {
			if _, err := conn.Write(bytes); err != nil {
				return
			}
		}
	}
}

func protect(listener net.Listener, certificateFile, keyFile string) net.Listener {
	certificate, err := tls.LoadX509KeyPair(certificateFile, keyFile)
	if err != nil {
		panic(err)
	}
	return tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}})
}

func main() {
	serve := map[string]func(net.Conn){
		"flush": echo, "tied": echoTogether, "count": count, "read": readPortions, "write": writePortions,
	}[os.Args[1]]
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	if len(os.Args) > 2 {
		listener = protect(listener, os.Args[2], os.Args[3])
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
