"""Where everything is in the two flat lists of numbers that the tick kernel works on.

``s`` (the state's cells) changes from tick to tick; ``w`` (a maze's table) never does.  Both hold nothing but whole
numbers, so that the same kernel runs over lists here and over numpy arrays, compiled, in
``training.games.pacman.compiled``.
"""

from __future__ import annotations

from games.pacman.levels import LAST_LEVEL, LEVEL_NUMBERS

# --- s: the game as a whole
TICK, PHASE, PHASE_LEFT, LEVEL, LIVES, SCORE = 0, 1, 2, 3, 4, 5
DOTS_LEFT, DEATHS, BOARDS, EVENTS, ASK = 6, 7, 8, 9, 10
PLAY_CLOCK = 11  # ticks of play in this life: the phase of the ghosts' speed patterns
MODE, MODE_LEFT = 12, 13  # index into Level.clock (even: scatter), ticks until the next
FRIGHT_LEFT, CHAIN, EATEN = 14, 15, 16  # CHAIN: ghosts eaten of this energizer; EATEN: the last one
NOISE, NOISE_START = 17, 18  # generator of frightened turns; its value at the start of each life
FRUIT_LEFT = 19
GLOBAL_ON, GLOBAL_DOTS, DOT_TIMER, ELROY_HELD = 20, 21, 22, 23
QUIRKS, BOARDS_WANTED, EXTRA_LIFE = 24, 25, 26  # options; EXTRA_LIFE: points still to reach, 0 for none
PAC_X, PAC_Y, PAC_DIR, PAC_WANT, PAC_PAUSE, PAC_CLOCK, PAC_MOVED, PAC_TILE = 30, 31, 32, 33, 34, 35, 36, 37

# --- s: the ghosts, GHOST_CELLS each
GHOST = 40
GHOST_CELLS = 16
X, Y, DIR, STATE, FRIGHT, REVERSE = 0, 1, 2, 3, 4, 5
EXIT, AFTER = 6, 7  # chosen by the arcade's rule: exit of this tile, and of the one after
PENDING, PENDING_TILE, PENDING_DIR = 8, 9, 10  # submitted exit (-1: none), for which junction and heading
MOVES, DOTS, TILE_OF = 11, 12, 13  # pixels in the next tick; own dot counter in the house

# --- s: the dots, DOT_BITS a cell
DOT_CELLS = GHOST + 4 * GHOST_CELLS
DOT_BITS = 30

# --- values
READY, PLAY, FREEZE, CAUGHT, CLEARED, OVER = 0, 1, 2, 3, 4, 5  # PHASE; names.PHASES
HOME, LEAVING, ROAMING, EYES, ENTERING = 0, 1, 2, 3, 4  # STATE; names.GHOST_STATES
UP, LEFT, DOWN, RIGHT = 0, 1, 2, 3
BLINKY, PINKY, INKY, CLYDE = 0, 1, 2, 3
ASK_PACMAN, ASK_GHOSTS = 1, 2
OVERFLOW, PASS_THROUGH, HARD = 1, 2, 4  # bits of QUIRKS

# --- bits of EVENTS; those of ghosts come in fours
E_BEGAN, E_DOT, E_ENERGIZER, E_FRIGHT_ENDED, E_REVERSAL, E_MODE = 1, 2, 4, 8, 16, 32
E_FRUIT_SHOWN, E_FRUIT_GONE, E_FRUIT_EATEN, E_EXTRA_LIFE = 64, 128, 256, 512
E_CLEARED, E_READY, E_OVER = 1 << 10, 1 << 11, 1 << 12
E_EATEN, E_LEFT, E_HOME, E_EXIT, E_CHOSEN, E_CAUGHT = 1 << 13, 1 << 17, 1 << 21, 1 << 25, 1 << 29, 1 << 33

# --- w: the maze as a whole
WIDTH, HEIGHT, TILES, DOT_COUNT = 0, 1, 2, 3
DOOR_X, DOOR_Y, HOUSE_Y = 4, 5, 6  # doorstep's pixel; the row of pixels in the middle of the house
SEAT_X = 8  # four
SCATTER = 12  # four times column, row
EYES_COLUMN, EYES_ROW = 20, 21
START_X, START_Y, FRUIT_TILE, DOOR_TILE = 22, 23, 24, 25
LEVELS = 32
# fields of a level there, in the order of levels.Level
(L_PAC, L_PAC_FRIGHT, L_GHOST, L_GHOST_FRIGHT, L_TUNNEL, L_ELROY1, L_ELROY2, L_ELROY1_DOTS, L_ELROY2_DOTS) = range(9)
L_FRIGHT, L_FLASHES, L_FRUIT, L_TIMER, L_DOTS, L_CLOCK = 9, 10, 11, 12, 13, 16  # L_DOTS: Pinky, Inky, Clyde
NOISE_TABLE = LEVELS + LAST_LEVEL * LEVEL_NUMBERS
NOISE_SIZE = 8192

# --- w: the tiles, TILE_CELLS each
TILE_TABLE = NOISE_TABLE + NOISE_SIZE
TILE_CELLS = 32
NEXT = 0  # neighbour in each direction, -1 for a wall
OPEN, SLOW, DOT, ENERGIZER = 4, 5, 6, 7  # exits as bits; tunnel; number of its dot or -1; whether that is an energizer
CHOICES = 8  # exits as bits for a ghost arriving with each heading: neither back nor a forbidden up-turn
FREE = 12  # the same with up-turns, for frightened ghosts and eyes
AHEAD = 16  # for each heading of arrival: next junction with a choice (this tile perhaps), heading there, pixels to it
AHEAD_CELLS = 3
COLUMN, ROW = 28, 29
SLOW_AHEAD = 30  # bits 1 << heading: whether a tunnel lies on the way that AHEAD tells
