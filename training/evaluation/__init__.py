"""How strong opponents are, and whether a new model may take the place of an old one."""
