"""k0rdent: clusters made from templates, the services on them, and what they hang on."""
