"""HTTP in, RPC out: the same services for the web UI and for programs. No database, no service import, no rule of its own."""
