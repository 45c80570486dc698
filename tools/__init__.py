"""Tools for those who work on Moorage; no part of the installed package."""
