"""Loading in bounded memory: rows go to disk in sorted runs and come back one range of keys at a time."""
