package main

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"time"
)

// serve answers every path with the message, and the health path with 503 until it is ready.
func serve(args []string) error {
	flags := flag.NewFlagSet("serve", flag.ExitOnError)
	port := flags.Int("port", 8080, "TCP port, on all addresses")
	path := flags.String("path", "/healthz", "path that tells whether the server is ready")
	readyAfter := flags.Duration("ready-after", 0, "time from start until the health path answers 200")
	message := flags.String("message", "ok", "body of every other answer")
	flags.Parse(args)

	ready := time.Now().Add(*readyAfter)
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == *path && time.Now().Before(ready) {
			http.Error(w, "starting", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, *message)
	})
	address := fmt.Sprintf(":%d", *port)
	fmt.Fprintf(os.Stdout, "serving on %s, health at %s\n", address, *path)
	server := &http.Server{Addr: address, Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	return server.ListenAndServe()
}
