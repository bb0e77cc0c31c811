"""What reaches out for the Helm domain: the helm program, and classic repositories over HTTP."""
