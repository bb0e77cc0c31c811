"""What a server is asked to explain a query: facts of its metrics, and why it gives nothing."""
