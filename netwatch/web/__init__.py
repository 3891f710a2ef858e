"""The status page: what is wrong, who is on it, and whether the monitoring itself can be believed."""
