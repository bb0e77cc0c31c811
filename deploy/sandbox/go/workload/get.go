package main

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// get prints what one URL answers, and fails where the status is not the expected one.
func get(args []string) error {
	flags := flag.NewFlagSet("get", flag.ExitOnError)
	timeout := flags.Duration("timeout", 5*time.Second, "time for the whole exchange")
	expect := flags.Int("expect", http.StatusOK, "HTTP status that counts as success")
	flags.Parse(args)
	if flags.NArg() != 1 {
		return fmt.Errorf("get needs exactly one URL, got %d", flags.NArg())
	}

	client := &http.Client{Timeout: *timeout}
	response, err := client.Get(flags.Arg(0))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(os.Stdout, response.Body); err != nil {
		return err
	}
	if response.StatusCode != *expect {
		return fmt.Errorf("%s answered %s, expected %d", flags.Arg(0), response.Status, *expect)
	}
	return nil
}
