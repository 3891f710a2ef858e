raise RuntimeError("no such library here")
