"""What ``format`` asks of a string, as regular expressions that admit no text that the format's own text does not.

They may admit fewer: years from 1000 on, names of at most four labels, no IPv4 address in an IPv6 one, no leap second.
"""

from __future__ import annotations

_MONTH_AND_DAY = "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
_LEAP_YEAR = "(?:[1-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:1[26]|[2468][048]|[3579][26])00)"
_DATE = f"(?:[1-9][0-9]{{3}}-{_MONTH_AND_DAY}|{_LEAP_YEAR}-02-29)"  # RFC 3339, full-date
_HOUR_AND_MINUTE = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_TIME = rf"{_HOUR_AND_MINUTE}:[0-5][0-9](?:\.[0-9]{{1,9}})?(?:Z|[+-]{_HOUR_AND_MINUTE})"  # RFC 3339, full-time
_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
# RFC 1123: labels of up to 63 characters, 253 in all; two hyphens side by side would be an encoded name (RFC 5891).
_LABEL = "[a-zA-Z0-9]{1,20}(?:-[a-zA-Z0-9]{1,20}){0,2}"
_HOSTNAME = rf"{_LABEL}(?:\.{_LABEL}){{0,3}}"
_ATOM = "[a-zA-Z0-9!#$%&'*+/=?^_{|}~-]{1,30}"  # RFC 5321: up to 64 characters before the @
_GROUP = "[0-9a-fA-F]{1,4}"
_CHAR = "(?:[a-zA-Z0-9._~!$&'()*+,;=:@-]|%[0-9a-fA-F]{2})"  # RFC 3986, pchar
_IPV6 = "|".join((
    f"(?:{_GROUP}:){{7}}{_GROUP}",
    "::",
    *(f"(?:{_GROUP}:){{1,{before}}}(?::{_GROUP}){{1,{7 - before}}}" for before in range(1, 7)),
    f":(?::{_GROUP}){{1,7}}",
    f"(?:{_GROUP}:){{1,7}}:",
))  # fmt: skip

FORMATS = {
    "date": _DATE,
    "time": _TIME,
    "date-time": f"{_DATE}T{_TIME}",
    "uuid": "[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}",
    "email": rf"{_ATOM}(?:\.{_ATOM})?@{_HOSTNAME}",
    "ipv4": rf"{_BYTE}(?:\.{_BYTE}){{3}}",
    "ipv6": _IPV6,
    "hostname": _HOSTNAME,
    "uri": (
        rf"[a-zA-Z][a-zA-Z0-9+.-]*:(?://{_HOSTNAME}(?::[1-9][0-9]{{0,4}})?(?:/{_CHAR}*)*|{_CHAR}+(?:/{_CHAR}*)*)"
        rf"(?:\?(?:{_CHAR}|[/?])*)?(?:#(?:{_CHAR}|[/?])*)?"
    ),
}  # fmt: skip
