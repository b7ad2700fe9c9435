"""What the site needs of the platform: its files, the frames of a record, and the table of everybody's rating."""
