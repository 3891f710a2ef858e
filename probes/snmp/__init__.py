"""SNMP: ask, walk, understand."""
