"""What the speed claims of initviz are measured with: ``python -m benchmarks``."""
