"""Where calls go, spelled in one way, so that two spellings of one address are not taken for two vendors."""

from urllib.parse import urlsplit

_USUAL_PORTS = {"https": 443, "http": 80}


def normal_endpoint(url: str) -> str:
    """The address with scheme and host in lower case, without the usual port, and with one slash at its end.

    What is no such address stays as it is.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return url
    if parts.scheme not in _USUAL_PORTS or not host:
        return url
    place = f"[{host}]" if ":" in host else host
    if port not in {None, _USUAL_PORTS[parts.scheme]}:
        place += f":{port}"
    return f"{parts.scheme}://{place}{parts.path.rstrip('/')}/"
