"""What is hosted: the page's runtime and libraries put together, the server, the static site."""
