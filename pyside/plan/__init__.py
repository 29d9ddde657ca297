"""The list of GPU work as data: what a device can do, what is to be run on it, and how an executor is spoken to."""
