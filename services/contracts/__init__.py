"""What services say to each other: events, promises, ids and refusals. Standard library and marshmallow only; no behaviour."""
