"""XML in bounded memory. The owner of lxml.

The files come from strangers, so nothing outside of them is ever looked up, and a document type is refused: neither
format allows one (ECMA-376 part 2, 8.1.4; ODF 1.3 part 3, 3.1), and entities that multiply need one.
"""

from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from typing import IO, Any, Literal

from lxml import etree

from runner.tables.workbooks.overlay import Damaged

Element = etree._Element  # noqa: SLF001 - lxml has no public name for it

_HEAD = 4096


def elements(
    source: IO[bytes], *, ends: Collection[str], starts: Collection[str] = ()
) -> Iterator[tuple[Literal["start", "end"], str, Element]]:
    """The elements of these local names, whatever their namespace, as they start and end.

    An element is emptied once its end has been given, and so is what stands before it; so no name in `ends` may be that
    of another's descendant, unless what it holds is not looked at again.

    Raises:
        Damaged: it is no XML, or has a document type.
    """
    head = source.read(_HEAD)
    if b"<!DOCTYPE" in head or b"<\0!\0" in head or b"\0<\0!" in head:
        raise Damaged("it has a document type")
    source.seek(0)
    closing = frozenset(ends)
    try:
        for event, element in etree.iterparse(
            source,
            events=("start", "end"),
            tag=[f"{{*}}{name}" for name in {*ends, *starts}],
            huge_tree=True,
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            remove_comments=True,
            remove_pis=True,
        ):
            name = local_name(element)
            if event == "start":
                if name in starts:
                    yield "start", name, element
                continue
            if name in closing:
                yield "end", name, element
            _forget(element)
    except (etree.LxmlError, SyntaxError) as error:
        raise Damaged(str(error)) from error


def select(element: Element, expression: str) -> list[Element]:
    """What an XPath expression finds below the element; `m:` in it stands for the element's own namespace."""
    found: list[Element] = _compiled(expression, str(element.tag).rpartition("}")[0].removeprefix("{"))(element)
    return found


@lru_cache(maxsize=64)
def _compiled(expression: str, namespace: str) -> Callable[[Element], Any]:
    if not namespace:
        return etree.XPath(expression.replace("m:", ""))
    return etree.XPath(expression, namespaces={"m": namespace})


def local_name(element: Element) -> str:
    """The element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def attribute(element: Element, name: str) -> str | None:
    """An attribute by its local name, whatever its namespace."""
    for key, value in element.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return None


def is_true(value: str | None) -> bool:
    """XML Schema's truth values; None is an attribute that is not there."""
    return value is not None and value.strip().lower() in {"1", "true", "on"}


def _forget(element: Element) -> None:
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]
