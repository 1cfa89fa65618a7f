"""The version, for parts that must not import what the package offers."""

VERSION = "0.1.0"
