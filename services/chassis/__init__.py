"""How any service runs: entrypoints, units of work, events that leave with the rows, broker, settings. No business word in here."""
