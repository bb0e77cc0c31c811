// Command workload is what the containers of the sandbox run: one static program that serves,
// eats memory, writes log lines or fetches a URL, as its first argument says.
//
// busybox would do for most of it, but a static busybox cannot resolve names without crashing.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

const usage = `usage: workload MODE [flags]

  serve  answer HTTP requests          --port --path --ready-after --message
  hog    take memory and keep it       --mib --step --every
  log    write lines to standard out   --line --count --every --exit-code
  get    fetch one URL and print it    --timeout --expect URL
`

func main() {
	if len(os.Args) < 2 {
		fail(2, usage)
	}
	exitOnSignal()
	modes := map[string]func([]string) error{"serve": serve, "hog": hog, "log": logLines, "get": get}
	mode, known := modes[os.Args[1]]
	if !known {
		fail(2, fmt.Sprintf("unknown mode %q\n%s", os.Args[1], usage))
	}
	if err := mode(os.Args[2:]); err != nil {
		fail(1, err.Error()+"\n")
	}
}

// exitOnSignal makes SIGTERM end the program at once: as process 1 of a container it would
// otherwise be ignored, and each pod would take its whole grace period to go.
func exitOnSignal() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		<-signals
		os.Exit(0)
	}()
}

func fail(code int, text string) {
	fmt.Fprint(os.Stderr, text)
	os.Exit(code)
}
