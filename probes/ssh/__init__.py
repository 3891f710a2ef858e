"""Command lines over SSH: read, never changed. What may be sent is a list, below everything else (`allowed`)."""
