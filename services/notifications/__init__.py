"""Notifications: the inbox of a firm, its legal deadlines, documents and alerts.

`deadlines`, `calendars`, `statutes` and `terms` are pure: dates in, dates and their explanations out.
"""
