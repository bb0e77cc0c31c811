"""The parts of a sandbox: fetched, built and kept in the user's cache, never installed."""
