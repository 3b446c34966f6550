"""Whole stories over HTTP, told to real processes in both worlds."""
