"""Handing over: reports are frozen, offered, signed, reminded of, and verified."""
