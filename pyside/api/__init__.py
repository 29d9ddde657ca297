"""Requests and answers in OpenAI's shapes: what is asked, the completion, its stream, and Python of the page's author."""
