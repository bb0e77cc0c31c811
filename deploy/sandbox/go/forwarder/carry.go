package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

const (
	dialTimeout = 5 * time.Second
	acceptPause = 50 * time.Millisecond
)

// accept carries each connection of the listener to the target until the listener itself fails.
func accept(listener net.Listener, target string) error {
	for {
		client, err := listener.Accept()
		if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, syscall.ECONNABORTED) {
			time.Sleep(acceptPause)
			continue
		}
		if err != nil {
			return fmt.Errorf("accepting for %s: %w", target, err)
		}
		go carry(client.(*net.TCPConn), target)
	}
}

// carry copies both ways until both sides have said all they had to say.
func carry(client *net.TCPConn, target string) {
	connection, err := net.DialTimeout("tcp", target, dialTimeout)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		client.SetLinger(0) // a reset, as near as one can get to "connection refused"
		client.Close()
		return
	}
	server := connection.(*net.TCPConn)
	back := make(chan bool)
	go func() {
		copyThenEnd(client, server)
		close(back)
	}()
	copyThenEnd(server, client)
	<-back
	client.Close()
	server.Close()
}

// copyThenEnd copies until the source ends and passes that end on, so that the other direction
// stays open: a watch or an upload may close one half long before the other.
//
// io.Copy between two TCP connections is splice(2): the bytes never enter this process.
func copyThenEnd(to, from *net.TCPConn) {
	if _, err := io.Copy(to, from); err != nil {
		to.SetLinger(0)
		to.Close() // a reset on one side is a reset on the other
		from.Close()
		return
	}
	to.CloseWrite()
}
