"""k0rdent and Sveltos in a sandbox: their kinds, and a simulated controller that fills them."""
