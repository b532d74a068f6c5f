"""Captures and waits of Tamarack as the pytest fixture `tamarack` (docs/guide/helpers.md).

Thin: the agent waits, the shim of Tamarack carries captures. Outside of Tamarack captures still work within a test; waits say that they
need it, and only poll_for_job_status polls by itself. Python 3.7 or newer, nothing but the standard library.
"""

from .agent import COMMON_MAP, TamarackWaitError
from .fixture import Tamarack, tamarack

__all__ = ["COMMON_MAP", "Tamarack", "TamarackWaitError", "tamarack"]
