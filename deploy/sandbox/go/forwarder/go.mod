module clusterwright.dev/sandbox/forwarder

go 1.26.0
