"""The trail: what people did, and every use of a certificate, entry by entry, never changed and never removed."""
