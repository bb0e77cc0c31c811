package main

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
)

// route leads from an inherited listening socket to an address.
type route struct {
	fd     int
	target string
}

// routes is a flag that may be given several times.
type routes []route

func (r *routes) String() string { return fmt.Sprint(*r) }

func (r *routes) Set(value string) error {
	number, target, _ := strings.Cut(value, "=")
	fd, err := strconv.Atoi(number)
	if err != nil || fd < 3 {
		return fmt.Errorf("%q: the part before = must be the number of an inherited descriptor, 3 or above", value)
	}
	if _, _, err := net.SplitHostPort(target); err != nil {
		return fmt.Errorf("%q: the part after = must be HOST:PORT: %w", value, err)
	}
	*r = append(*r, route{fd: fd, target: target})
	return nil
}

func (r route) listener() (net.Listener, error) {
	file := os.NewFile(uintptr(r.fd), r.target)
	listener, err := net.FileListener(file) // works on a copy of the descriptor
	file.Close()
	if err != nil {
		return nil, fmt.Errorf("descriptor %d is no inherited listening socket: %w", r.fd, err)
	}
	return listener, nil
}
