"""What a request took."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Timings:
    """One request's work, in tokens and seconds."""

    prompt_tokens: int = 0
    cached_tokens: int = 0  # of the prompt: already in the session
    prefill_s: float = 0.0
    first_token_s: float = 0.0  # from the request to the first token
    decode_tokens: int = 0  # tokens after the first
    decode_s: float = 0.0  # that they took
    encoded_pictures: int = 0  # that went through the tower; a pair of a video's frames is one

    def after(self, tokens: int, seconds: float) -> Timings:
        """The same with so many tokens drawn, so many seconds after the request."""
        first = self.first_token_s or seconds
        return replace(self, first_token_s=first, decode_tokens=tokens - 1, decode_s=seconds - first)
