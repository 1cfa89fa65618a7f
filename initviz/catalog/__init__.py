"""What one can choose, as data: schemes, activations, datasets and lessons.

Each registry is a plain mapping from a name to a frozen entry. Adding an entry is a
one-place change: the controls, the validation and the tests follow from the mapping.
"""
