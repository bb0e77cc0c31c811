// Command registry is the distribution project's registry with what a sandbox on one machine
// needs: images in a folder or in memory, and users in a file or none. The cloud storage drivers
// of the stock command are half of what it takes to build.
package main

import (
	"github.com/distribution/distribution/v3/registry"
	_ "github.com/distribution/distribution/v3/registry/auth/htpasswd"
	_ "github.com/distribution/distribution/v3/registry/storage/driver/filesystem"
	_ "github.com/distribution/distribution/v3/registry/storage/driver/inmemory"
)

func main() {
	registry.RootCmd.Execute()
}
