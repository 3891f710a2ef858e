"""What a kind of device is read with, and what its text means: data, one file for each platform."""

from probes.platforms.loading import rule_names, rules_of
from probes.platforms.normalise import normalise
from probes.platforms.rules import Rules, RulesError

__all__ = ["Rules", "RulesError", "normalise", "rule_names", "rules_of"]
