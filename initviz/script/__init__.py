"""Any experiment as one training script in plain PyTorch, for people to take with them.

``write_script`` needs no torch; the script needs nothing of initviz.
"""

from initviz.script.write import write_script

__all__ = ["write_script"]
