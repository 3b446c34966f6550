"""Stand-ins for the public bodies, in one program: `python -m deploy.sandbox --help`.

The sandbox speaks what the bodies speak (LEMA over signed SOAP, the Tablón Edictal Único over plain pages), over TLS with its own
certificate authority. It verifies and enforces what a body would, keeps everything in memory, and has a side door (`control.py`)
by which tests and the demo fill mailboxes, move its clock, order faults and count the legal acts that it received.

It runs on native threads and shares nothing with the services but the words of `services.contracts`: what it verifies, it verifies by
itself.
"""
