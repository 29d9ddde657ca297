"""The bundle format: the one definition, for the build that writes it and the page that reads it."""
