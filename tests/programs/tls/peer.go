// SPDX-License-Identifier: MIT
//
// A peer of the echo programs that speaks TLS by Go's crypto/tls. See peer.py. Go takes a connection that ends between
// two records for a clean end.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os"
)

var versions = map[string]uint16{"TLSv1.2": tls.VersionTLS12, "TLSv1.3": tls.VersionTLS13}

func nameOf(connection *tls.Conn) string {
	for name, version := range versions {
		if version == connection.ConnectionState().Version {
			return name
		}
	}
	return "another version"
}

func talk(role, authority, port string, config *tls.Config) error {
	pem, err := os.ReadFile(authority)
	if err != nil {
		return err
	}
	config.RootCAs = x509.NewCertPool()
	config.RootCAs.AppendCertsFromPEM(pem)
	connection, err := tls.Dial("tcp", "localhost:"+port, config)
	if err != nil {
		return err
	}
	defer connection.Close()
	answers := bufio.NewReader(connection)
	for input := bufio.NewScanner(os.Stdin); input.Scan(); {
		fmt.Fprintln(connection, input.Text())
		answer, err := answers.ReadString('\n')
		if err != nil {
			return err
		}
		fmt.Print(answer)
	}
	if role == "client" {
		connection.CloseWrite()
	}
	if rest, err := io.ReadAll(answers); err != nil || len(rest) > 0 {
		return fmt.Errorf("%d more bytes, %v", len(rest), err)
	}
	fmt.Println("end of " + nameOf(connection))
	return nil
}

func echo(connection *tls.Conn) error {
	defer connection.Close()
	lines := bufio.NewReader(connection)
	for {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			fmt.Println("end of " + nameOf(connection))
			return nil
		} else if err != nil {
			return err
		}
		fmt.Fprint(connection, line)
	}
}

func serve(chain, key string, config *tls.Config) error {
	pair, err := tls.LoadX509KeyPair(chain, key)
	if err != nil {
		return err
	}
	config.Certificates = []tls.Certificate{pair}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		return err
	}
	fmt.Printf("listening on port %d\n", listener.Addr().(*net.TCPAddr).Port)
	for {
		client, err := listener.Accept()
		if err != nil {
			return err
		}
		if err := echo(client.(*tls.Conn)); err != nil {
			fmt.Println("failed:", err)
		}
	}
}

func main() {
	version := versions[os.Args[2]]
	config := &tls.Config{MinVersion: version, MaxVersion: version}
	var err error
	if os.Args[1] == "server" {
		err = serve(os.Args[3], os.Args[4], config)
	} else {
		err = talk(os.Args[1], os.Args[3], os.Args[4], config)
	}
	if err != nil {
		fmt.Println("failed:", err)
	}
}
