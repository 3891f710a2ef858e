"""What runs: one file for each child of the service's TaskGroup, and what they share."""
