"""Certificates and their private keys: the only holder of the master key; nobody else can open a private key."""
