// SPDX-License-Identifier: MIT
//
// The broadcast server in Go: two goroutines per client, one that reads and passes each line to all, one that writes
// and flushes when no further line is queued.
//
//	broadcast_server
package main

import (
	"bufio"
	"fmt"
	"net"
	"sync"
)

var (
	mutex   sync.RWMutex
	clients = map[chan []byte]bool{} // guarded by mutex
)

func write(conn net.Conn, lines <-chan []byte) {
	out := bufio.NewWriter(conn)
	for line := range lines {
		out.Write(line)
		if len(lines) == 0 {
			out.Flush()
		}
	}
}

func relay(line []byte) {
	mutex.RLock()
	defer mutex.RUnlock()
	for lines := range clients {
		lines <- line
	}
}

func remove(lines chan []byte) {
	mutex.Lock()
	defer mutex.Unlock()
	delete(clients, lines)
	close(lines)
}

func serve(conn net.Conn) {
	defer conn.Close()
	lines := make(chan []byte, 1024)
	mutex.Lock()
	clients[lines] = true
	mutex.Unlock()
	defer remove(lines)
	go write(conn, lines)
	in := bufio.NewReader(conn)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		relay(line)
	}
}

func main() {
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
		go serve(conn)
	}
}
