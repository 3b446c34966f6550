"""Mailboxes at the public bodies: when each is due, and the workers and connectors that read them.

Reading a mailbox never has a legal effect; the act of opening is not in this package's schedule.
"""
