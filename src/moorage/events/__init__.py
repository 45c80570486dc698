"""What happened: recorded with the transaction that did it, told to whoever wants to know afterwards."""
