"""What a server is set to, read by one fixed script that changes nothing: over SSH, or on this very machine."""
