"""Text to token ids and back, and the chat template around it; nothing here knows a tensor."""
