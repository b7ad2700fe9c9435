"""What a person sees."""

from client.neighbours import check_neighbours

check_neighbours()
