package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"time"
)

// lines collects a flag that may be given several times.
type lines []string

func (l *lines) String() string         { return strings.Join(*l, "\n") }
func (l *lines) Set(value string) error { *l = append(*l, value); return nil }

// logLines writes its lines in turn, then waits, or ends with --exit-code where one is given.
func logLines(args []string) error {
	flags := flag.NewFlagSet("log", flag.ExitOnError)
	var text lines
	flags.Var(&text, "line", "line to write; repeat it for several, written in turn")
	count := flags.Int("count", 0, "how many lines to write; 0 goes on for ever")
	every := flags.Duration("every", time.Second, "time between two lines")
	exitCode := flags.Int("exit-code", -1, "exit status after the last line; -1 waits to be ended")
	flags.Parse(args)
	if len(text) == 0 {
		text = lines{"working"}
	}

	for n := 0; *count == 0 || n < *count; n++ {
		if n > 0 {
			time.Sleep(*every)
		}
		fmt.Fprintln(os.Stdout, text[n%len(text)])
	}
	if *exitCode >= 0 {
		os.Exit(*exitCode)
	}
	for {
		time.Sleep(time.Hour)
	}
}
