// Command forwarder carries connections from listening sockets that it inherits to addresses in
// its own network namespace.
//
// A socket keeps the namespace in which it was made. So whoever starts a sandbox listens on the
// loopback of the host, hands the sockets over, and this program, started inside the namespace of
// the sandbox, is the only way in.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	var forwards routes
	flag.Var(&forwards, "forward", "FD=HOST:PORT, an inherited listening socket and where it leads; repeatable")
	flag.Parse()
	if len(forwards) == 0 || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "usage: forwarder --forward FD=HOST:PORT ...")
		os.Exit(2)
	}

	ended := make(chan error)
	for _, forward := range forwards {
		listener, err := forward.listener()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Printf("%s -> %s\n", listener.Addr(), forward.target)
		go func() { ended <- accept(listener, forward.target) }()
	}
	fmt.Fprintln(os.Stderr, <-ended)
	os.Exit(1)
}
