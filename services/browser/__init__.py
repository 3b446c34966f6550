"""Browsers that identify themselves with a client's certificate: remote ones in a sandbox whose key stays outside it."""
