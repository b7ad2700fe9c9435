"""Training: records in, artifact out.  Whatever is imported of it computes on one thread (see ``threads``)."""

from training.threads import use_one_thread

use_one_thread()
