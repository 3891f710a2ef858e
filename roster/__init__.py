"""Who is on duty, and what they hand over."""
