"""What patients sent and is not answered yet; forms are sensitive, so all of it is sealed.

Input ids are made by clients and may hold anything, so only keyed hashes of them are stored.
"""

from __future__ import annotations

from hashlib import blake2b

from domain.ports import SessionKeys
from domain.session import InputId, SessionId
from domain.turn import Utterance
from memory.codec import Codec
from memory.connection import FENCED, Connection, Script
from memory.crypto import seal, unseal
from memory.retention import Retention
from memory.vocabulary import codec as domain_codec

ACCEPT = Script(
    FENCED
    + """
-- keys: seen names, open inputs, fence · arguments: token, session s, name of the input, sealed input
if fenced(KEYS[3], ARGV[1]) then return LOST end
if redis.call('SADD', KEYS[1], ARGV[3]) == 0 then return 0 end
local number = string.format('%012.0f', redis.call('SCARD', KEYS[1]))
redis.call('HSET', KEYS[2], ARGV[3], number .. ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[2])
return 1
"""
)
_NUMBER_BYTES = 12

FINISH = Script(
    FENCED
    + """
-- keys: open inputs, fence · arguments: token, name of the input
if fenced(KEYS[2], ARGV[1]) then return LOST end
return redis.call('HDEL', KEYS[1], ARGV[2])
"""
)


class RedisInputJournal:
    """`InputJournal` on a set of known ids and a hash of open inputs per session."""

    def __init__(
        self, connection: Connection, keys: SessionKeys, retention: Retention, *, codec: Codec = domain_codec
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._retention = retention
        self._codec = codec

    async def accept(self, utterance: Utterance) -> bool:
        """Journal an input; `False` when this id was accepted before.

        Raises:
            LockLost: the running task holds the session under an outdated token.
        """
        session_id = utterance.session_id
        key = await self._keys.key(session_id)
        name = _name(key, utterance.input_id)
        sealed = seal(key, self._codec.dumps(utterance), _context(session_id, name))
        seen, inputs = self._connection.key(session_id, "seen"), self._connection.key(session_id, "open")
        fence, token = self._connection.fence(session_id)
        accepted = await self._connection.run(
            ACCEPT, (seen, inputs, fence), (token, self._retention.session_seconds, name, sealed)
        )
        return bool(accepted)

    async def finish(self, session_id: SessionId, input_id: InputId) -> None:
        """The input has its answer; its id stays known as a duplicate.

        Raises:
            LockLost: the running task holds the session under an outdated token.
        """
        name = _name(await self._keys.key(session_id), input_id)
        fence, token = self._connection.fence(session_id)
        await self._connection.run(FINISH, (self._connection.key(session_id, "open"), fence), (token, name))

    async def unfinished(self, session_id: SessionId) -> tuple[Utterance, ...]:
        """Accepted and not finished, in the order of acceptance."""
        flat = await self._connection.call("HGETALL", self._connection.key(session_id, "open"))
        if not flat:
            return ()
        key = await self._keys.key(session_id)
        entries = sorted(zip(flat[1::2], flat[::2], strict=True))
        return tuple(
            self._codec.loads(unseal(key, entry[_NUMBER_BYTES:], _context(session_id, name))) for entry, name in entries
        )


def _name(key: bytes, input_id: InputId) -> bytes:
    return blake2b(input_id.encode("utf-8", "surrogatepass"), key=key, digest_size=16).digest()


def _context(session_id: SessionId, name: bytes) -> bytes:
    return b"input:" + session_id.encode() + b":" + name
