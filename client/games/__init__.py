"""What the client has of each game, a folder each.  A game needs none of it; each part is looked up when it is there.

- ``scene``: ``open_scene(manager, setup)`` returns its screen (``client.scenes``); without one a turn-based game is
  played in the plain scene.
- ``card``: ``draw_card(canvas, box, now)`` draws its picture in the menu; ``MEASURED`` puts its measures in words.
- ``fallback``: ``policy(observation, random)`` plays when a function does not answer.
- ``guide``: ``GUIDE`` tells its rules and holds its lesson (``client.guides``).
- ``tty``: ``open_view(played)`` returns its view on a terminal (``client.tty``).
- ``words``: ``QUIET`` names events that come too often to be told.
- ``replay``: ``open_stage(record)`` draws its positions where a record is looked at again (``client.replay.stage``),
  ``MARKED`` names the events that the time line marks, ``describe(note)`` says what the coach's numbers mean,
  ``BY_POINTS`` that moves are judged by points, and ``grade(error_rate)`` what a rate is called; without one its board
  is shown as text.
- ``profile``: ``tally(record)`` counts what ``draw_profile(canvas, box, summaries)`` shows on the profile page under
  ``TITLE`` (``client.games.tallies``).
- ``bench``: ``BENCHMARKS`` are its commands of ``lambda-arcade bench``; for ``bench frames``,
  ``frames(name, minutes, json=…)`` times its pictures, and ``open_played(manager)`` opens a match and returns what
  steers in a tick.
"""
