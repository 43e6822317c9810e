"""What somebody else does at a chosen instant of our transaction: between two of its statements, on a connection of its own."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import copy_context
from threading import Barrier, Lock
from typing import Any

from sqlalchemy import Engine, event

PATIENCE = 0.4  # seconds: who waits for us is then known to wait
WHOLE = 30


@contextmanager
def meanwhile(
    engine: Engine, when: str, words: str, work: Callable[[], Any], patience: float = PATIENCE
) -> Iterator[None]:
    """Have `work` done by another thread "before" or "after" our first statement that holds these words.

    Our statement goes on when the work is done, or when it visibly waits for us; its errors are raised at the end.
    """
    context, once, begun = copy_context(), Lock(), []

    def reached(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if words in statement and once.acquire(blocking=False):
            begun.append(pool.submit(context.run, work))
            wait(begun, patience)

    name = f"{when}_cursor_execute"
    with ThreadPoolExecutor(1) as pool:
        event.listen(engine, name, reached)
        try:
            yield
        finally:
            event.remove(engine, name, reached)
        assert begun, f"no statement with {words!r}"
        begun[0].result(WHOLE)


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """The results of works that begin at the same instant, each in a thread; an error is a result."""
    gate, contexts = Barrier(len(works)), [copy_context() for _ in works]

    def run(work: Callable[[], Any]) -> Any:
        gate.wait(WHOLE)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        started = [pool.submit(context.run, run, work) for context, work in zip(contexts, works, strict=True)]
        return [future.exception(WHOLE) or future.result() for future in started]
