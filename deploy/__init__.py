"""Everything that puts the gateway and the services on a machine: the command line, the demo, the sandbox and private servers."""
