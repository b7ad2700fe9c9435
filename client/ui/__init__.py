"""What scenes are drawn and steered with: canvas, theme, input, widgets.  Nothing in here knows a game."""
