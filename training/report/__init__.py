"""What a training found: data that programs read, and one page that a person reads.

``questions`` is what a game offers (its module ``questions``); ``foretelling``, ``importance``, ``curve``, ``strength``
and ``changes`` each measure one thing; ``findings`` puts them together, and ``page`` makes the page of it.
"""
