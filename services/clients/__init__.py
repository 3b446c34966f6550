"""Clients: who the firm acts for, which groups each is in, and what others report of each.

`membership` and `warnings` are pure. `facts` keeps what other services know, so that the list filters and sorts in one place.
"""
