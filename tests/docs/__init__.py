"""What writes and checks the documentation: the site, the reference of commands, the picture of the rooms."""
