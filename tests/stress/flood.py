"""Strangers who send rubbish at a steady rate, each on a connection of its own, whether or not they are answered; run as a process.

Arguments: port, requests a second, seconds. Printed at the end, in JSON: how many were sent, answered by status, and left without an answer.
"""

import asyncio
import json
import random
import sys
from collections import Counter
from collections.abc import Mapping
from urllib.parse import urlencode

HOST = "127.0.0.1"
PATIENCE = 10.0  # s
NEW = "/situations/nouvelle/refer"
KINDS = 10
NO_HTTP = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"


def request(verb: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> bytes:
    """A whole request, after which the connection is closed."""
    told = {"Host": "localhost", "Connection": "close", **(headers or {})}
    if verb == "POST":
        told = {"Content-Type": "application/x-www-form-urlencoded", **told, "Content-Length": str(len(body))}
    lines = [f"{verb} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def rubbish(number: int, chance: random.Random) -> bytes:
    """The pages of log-in and of referral, asked with what nobody was given."""
    word = chance.randbytes(24).hex()
    form = urlencode({"login": word, "password": word, "code": word[:6], "csrf_token": word * 2}).encode()
    session = {"Cookie": f"__Host-session={word}; __Host-form={word}"}
    made = (
        lambda: request("GET", f"/connexion?{word}={word}"),
        lambda: request("POST", "/connexion", form),
        lambda: request("POST", "/connexion", form, session),
        lambda: request("POST", "/connexion", b"again=" + word.encode() + b"&tenure=%00"),
        lambda: request(
            "POST", "/connexion", chance.randbytes(2_000), {"Content-Type": "multipart/form-data; boundary=x"}
        ),
        lambda: request("GET", NEW, headers=session),
        lambda: request("POST", NEW, urlencode({"identity-surname": word, "account-text": word * 40}).encode()),
        lambda: request("POST", NEW, form, session),
        lambda: request("POST", f"/situations/nouvelle/{word}", b"{" * 3_000, {"Content-Type": "application/json"}),
        lambda: NO_HTTP,
    )
    return made[number % KINDS]()


async def ask(content: bytes, found: Counter[str]) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection(HOST, PORT)
            try:
                writer.write(content)
                line = (await reader.readline()).split()
                await reader.read()
                found[line[1].decode() if len(line) > 1 else "closed"] += 1
            finally:
                writer.close()
    except (OSError, TimeoutError) as error:
        found[type(error).__name__] += 1


async def flood(rate: float, seconds: float) -> Counter[str]:
    """How many were answered with each status, or why not."""
    loop, found, chance = asyncio.get_running_loop(), Counter[str](), random.Random(6)  # noqa: S311 - the same each run
    began, asked = loop.time(), set[asyncio.Task[None]]()
    for number in range(int(rate * seconds)):
        await asyncio.sleep(began + number / rate - loop.time())
        task = loop.create_task(ask(rubbish(number, chance), found))
        asked.add(task)
        task.add_done_callback(asked.discard)
    found["sent"], found["seconds"] = int(rate * seconds), int(loop.time() - began)
    await asyncio.gather(*asked)
    return found


if __name__ == "__main__":
    PORT = int(sys.argv[1])
    json.dump(asyncio.run(flood(float(sys.argv[2]), float(sys.argv[3]))), sys.stdout)
