"""Requests to addresses that users gave: where they may go, and the client that goes nowhere else."""
