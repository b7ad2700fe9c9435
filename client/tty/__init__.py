"""A match that fills a terminal: 80x24 letters, keys, mouse, colour where there is any.

A view draws on a ``Grid`` and hears the window's vocabulary (``client.ui.inputs``); a pointer's place is a letter's.  A
game without a view of its own, ``open_view`` in ``client/games/<game>/tty.py``, is played in ``client.tty.plain``.
"""
