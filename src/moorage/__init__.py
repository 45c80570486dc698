"""Moorage: a private container registry."""

#: The release; the package's metadata is made from this.
__version__ = "0.1.0"
