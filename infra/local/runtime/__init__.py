"""What runs inside a worker process.  ``launch.py`` is started as a file, with nothing of ours on its path."""
