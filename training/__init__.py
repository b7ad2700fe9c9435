"""Training: records in, artifact out.

Whatever is imported of it computes on one thread (see ``threads``), but for a notebook that has imported
``lambda_arcade``: its threads are its owner's, who fits in them, too.
"""

import sys

from training.threads import use_one_thread

if "lambda_arcade" not in sys.modules:
    use_one_thread()
