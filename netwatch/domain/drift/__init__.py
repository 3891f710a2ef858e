"""What devices are set to: what has changed, how bad that is, and whether somebody approved it."""
