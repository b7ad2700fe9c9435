"""What holds for every test: no shell that is set up for other work, and the same examples every time in ``make test``.

Hypothesis draws the same examples for the same test, and keeps none on disk: what one clone finds fails in every clone
or in none.  ``--hypothesis-profile=search`` (``make test-all``) draws at random, keeps what fails, and prints how to
draw it again.
"""

from __future__ import annotations

import os

from hypothesis import settings

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
for name in list(os.environ):
    if name.lower() in PROXIES or name.startswith("AWS_"):
        del os.environ[name]

settings.register_profile("fixed", derandomize=True, database=None)
settings.register_profile("search", print_blob=True)
settings.load_profile("fixed")
