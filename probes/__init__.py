"""How to look at the world: probes measure devices and say what they saw, and judge nothing."""
