"""Measures throughput, latency, power and energy of transformer inference on the GPUs at hand."""

PROGRAM_VERSION = "1.2.0"
