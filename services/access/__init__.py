"""Access: tenants, users, roles, groups and grants; who may see and do what.

`rules` holds the one rule that lists and acts both obey; `standing` reads its input from the tables; the rest keeps those tables.
"""
