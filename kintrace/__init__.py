"""The application: command line, pipeline, settings, accounts, audit."""
