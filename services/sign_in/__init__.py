"""Sign-in: passwords, sessions, API tokens and invitations; who somebody is, never what they may.

`passwords` is the only place that sees a password; `carried` makes what people and programs carry, of which only a hash is stored.
"""
