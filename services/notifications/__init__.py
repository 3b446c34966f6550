"""Notifications: the inbox of a firm, its legal deadlines, documents and alerts.

`deadlines`, `calendars` and `statutes` are pure: dates in, dates and their explanations out.
"""
