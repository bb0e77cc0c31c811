module clusterwright.dev/sandbox/workload

go 1.26.0
