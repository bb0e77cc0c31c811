package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"time"
)

const (
	mebibyte = 1 << 20
	page     = 4096
)

// hog takes memory step by step until it holds --mib, then keeps it until it is ended.
func hog(args []string) error {
	flags := flag.NewFlagSet("hog", flag.ExitOnError)
	mib := flags.Int("mib", 64, "memory to hold, in MiB")
	step := flags.Int("step", 8, "memory to take at once, in MiB")
	every := flags.Duration("every", 50*time.Millisecond, "time between two steps")
	flags.Parse(args)
	if *step < 1 {
		return fmt.Errorf("--step is %d; it must be at least 1 MiB", *step)
	}

	var held [][]byte
	for taken := 0; taken < *mib; taken += *step {
		held = append(held, touched(min(*step, *mib-taken)*mebibyte))
		fmt.Fprintf(os.Stdout, "holding %d MiB\n", min(taken+*step, *mib))
		time.Sleep(*every)
	}
	for {
		time.Sleep(time.Hour)
		runtime.KeepAlive(held)
	}
}

// touched writes to each page, because memory that was never written is not resident.
func touched(size int) []byte {
	block := make([]byte, size)
	for i := 0; i < size; i += page {
		block[i] = 1
	}
	return block
}
