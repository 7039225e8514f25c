"""The application, from the command line down to the run folder, on small synthetic worlds."""
