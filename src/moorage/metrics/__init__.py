"""What metrics are made of: plain numbers that cost a request next to nothing, and the pages they are shown on."""
