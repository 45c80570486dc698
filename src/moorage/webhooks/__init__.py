"""Webhooks: what happened in a project, told to addresses its administrators gave."""
