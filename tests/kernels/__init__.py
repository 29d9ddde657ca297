"""Each kernel on the desk's GPU against its numpy twin."""
