"""LangGraph checkpoints on plain Redis commands: one hash per session, one round trip to load or save.

A field of the hash is a whole checkpoint, sealed (`c|namespace|checkpoint id`), or one pending write of
one checkpoint (`w|namespace|checkpoint id|task id|index`). Saving a checkpoint drops the oldest beyond
`Retention.checkpoints` of its namespace together with their writes, so a turn costs the same however
long the conversation is. The thread id is the session id.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any, TypeAlias

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    WRITES_IDX_MAP,
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    PendingWrite,
    get_checkpoint_id,
    get_checkpoint_metadata,
    writes_sort_key,
)
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from domain.ports import SessionKeys
from domain.session import SessionId
from memory.codec import Codec
from memory.connection import FENCED, Connection, Script
from memory.crypto import seal, unseal
from memory.retention import Retention
from memory.vocabulary import codec as domain_codec

SEPARATOR = "\x1f"

LOAD = Script("""
-- keys: checkpoints · arguments: prefix of checkpoints, prefix of writes, checkpoint id or ''
local id = ARGV[3]
local fields = redis.call('HKEYS', KEYS[1])
if id == '' then
  for _, field in ipairs(fields) do
    if string.sub(field, 1, #ARGV[1]) == ARGV[1] then
      local other = string.sub(field, #ARGV[1] + 1)
      if other > id then id = other end
    end
  end
end
local row = redis.call('HGET', KEYS[1], ARGV[1] .. id)
if not row then return {} end
local found = {id, row}
local writes = ARGV[2] .. id .. '\\31'
for _, field in ipairs(fields) do
  if string.sub(field, 1, #writes) == writes then
    found[#found + 1] = field
    found[#found + 1] = redis.call('HGET', KEYS[1], field)
  end
end
return found
""")

SAVE = Script(
    FENCED
    + """
-- keys: checkpoints, fence · arguments: token, prefix of checkpoints, prefix of writes, id, row, keep, session s
if fenced(KEYS[2], ARGV[1]) then return LOST end
redis.call('HSET', KEYS[1], ARGV[2] .. ARGV[4], ARGV[5])
redis.call('EXPIRE', KEYS[1], ARGV[7])
local fields = redis.call('HKEYS', KEYS[1])
local ids = {}
for _, field in ipairs(fields) do
  if string.sub(field, 1, #ARGV[2]) == ARGV[2] then ids[#ids + 1] = string.sub(field, #ARGV[2] + 1) end
end
if #ids <= tonumber(ARGV[6]) then return 0 end
table.sort(ids)
local oldest_kept = ids[#ids - ARGV[6] + 1]
for _, field in ipairs(fields) do
  for _, prefix in ipairs({ARGV[2], ARGV[3]}) do
    if string.sub(field, 1, #prefix) == prefix then
      local id = string.match(string.sub(field, #prefix + 1), '^[^\\31]*')
      if id < oldest_kept then redis.call('HDEL', KEYS[1], field) end
    end
  end
end
return 1
"""
)

WRITE = Script(
    FENCED
    + """
-- keys: checkpoints, fence · arguments: token, session s, then per write: command, field, value
if fenced(KEYS[2], ARGV[1]) then return LOST end
for i = 3, #ARGV, 3 do redis.call(ARGV[i], KEYS[1], ARGV[i + 1], ARGV[i + 2]) end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
"""
)

Filter: TypeAlias = dict[str, Any]


class RedisCheckpointer(BaseCheckpointSaver[str]):
    """LangGraph's checkpointer; asynchronous only: the synchronous methods raise `NotImplementedError`."""

    serde: Codec

    def __init__(
        self, connection: Connection, keys: SessionKeys, retention: Retention, *, codec: Codec = domain_codec
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._retention = retention
        foreign = JsonPlusSerializer(allowed_msgpack_modules=None)
        super().__init__(serde=codec.delegating(foreign, packages=("langgraph", "langchain_core")))

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The checkpoint `config` names, or the latest; nothing when there is none.

        Raises:
            NotFound: there is one, but the session's key was destroyed.
            CodecError: it cannot be read.
            Unavailable: the server does not answer.
        """
        session_id, namespace = _where(config)
        found = await self._connection.run(
            LOAD,
            (self._connection.key(session_id, "checkpoints"),),
            (_field("c", namespace, ""), _field("w", namespace, ""), get_checkpoint_id(config) or ""),
        )
        if not found:
            return None
        checkpoint_id, row, *writes = found
        opener = await self._opener(session_id)
        named = dict(zip(writes[::2], writes[1::2], strict=True))
        return self._tuple(session_id, namespace, checkpoint_id.decode(), row, named, opener)

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: Filter | None = None,  # noqa: A002 - LangGraph's name
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        """Checkpoints of one session, newest first; without `checkpoint_ns`, of all its namespaces.

        Raises:
            NotImplementedError: no `config`; checkpoints are not listed over sessions.
        """
        if config is None:
            raise NotImplementedError("checkpoints are listed per session")
        session_id, _ = _where(config)
        flat = await self._connection.call("HGETALL", self._connection.key(session_id, "checkpoints"))
        stored = dict(zip(flat[::2], flat[1::2], strict=True))
        if not stored:
            return
        opener = await self._opener(session_id)
        only, end = get_checkpoint_id(config), get_checkpoint_id(before) if before else None
        given = 0
        for checkpoint_id, namespace, row in _rows(stored):
            if limit is not None and given >= limit:
                return
            if namespace != config["configurable"].get("checkpoint_ns", namespace):
                continue
            if (only and checkpoint_id != only) or (end and checkpoint_id >= end):
                continue
            start = f"{_field('w', namespace, checkpoint_id)}{SEPARATOR}".encode()
            writes = {field: value for field, value in stored.items() if field.startswith(start)}
            listed = self._tuple(session_id, namespace, checkpoint_id, row, writes, opener)
            if all(listed.metadata.get(name) == value for name, value in (filter or {}).items()):
                given += 1
                yield listed

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,  # noqa: ARG002 - a checkpoint is stored whole
    ) -> RunnableConfig:
        """Store a checkpoint and drop the oldest beyond those kept.

        Raises:
            LockLost: the running task holds the session under an outdated token.
            Unavailable: the server does not answer.
        """
        session_id, namespace = _where(config)
        field = _field("c", namespace, checkpoint["id"])
        stored = [checkpoint, get_checkpoint_metadata(config, metadata), get_checkpoint_id(config)]
        key = await self._keys.key(session_id)
        row = seal(key, self.serde.dumps(stored), _context(session_id, field))
        fence, token = self._connection.fence(session_id)
        await self._connection.run(
            SAVE,
            (self._connection.key(session_id, "checkpoints"), fence),
            (
                token,
                _field("c", namespace, ""),
                _field("w", namespace, ""),
                checkpoint["id"],
                row,
                self._retention.checkpoints,
                self._retention.session_seconds,
            ),
        )
        return _config(session_id, namespace, checkpoint["id"])

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Store a task's writes beside their checkpoint; a write stored before stays as it is.

        Raises:
            LockLost: the running task holds the session under an outdated token.
            Unavailable: the server does not answer.
        """
        session_id, namespace = _where(config)
        key = await self._keys.key(session_id)
        arguments: list[bytes | str] = []
        for position, (channel, value) in enumerate(writes):
            index = WRITES_IDX_MAP.get(channel, position)
            field = _field("w", namespace, config["configurable"]["checkpoint_id"], task_id, str(index))
            sealed = seal(key, self.serde.dumps([task_path, channel, value]), _context(session_id, field))
            arguments += ["HSET" if index < 0 else "HSETNX", field, sealed]
        fence, token = self._connection.fence(session_id)
        await self._connection.run(
            WRITE,
            (self._connection.key(session_id, "checkpoints"), fence),
            (token, self._retention.session_seconds, *arguments),
        )

    async def adelete_thread(self, thread_id: str) -> None:
        """Delete all checkpoints and writes of a session."""
        await self._connection.call("UNLINK", self._connection.key(SessionId(thread_id), "checkpoints"))

    def get_next_version(self, current: str | None, channel: None) -> str:  # noqa: ARG002 - LangGraph's signature
        """The version after `current`; versions compare as text."""
        return f"{int(current or 0) + 1:09d}"

    def with_allowlist(self, extra_allowlist: Any) -> RedisCheckpointer:  # noqa: ARG002 - LangGraph's signature
        """This checkpointer: its codec reads registered types only and needs no other list."""
        return self

    async def _opener(self, session_id: SessionId) -> Callable[[str, bytes], Any]:
        key = await self._keys.key(session_id)
        return lambda field, sealed: self.serde.loads(unseal(key, sealed, _context(session_id, field)))

    def _tuple(
        self,
        session_id: SessionId,
        namespace: str,
        checkpoint_id: str,
        row: bytes,
        writes: dict[bytes, bytes],
        opener: Callable[[str, bytes], Any],
    ) -> CheckpointTuple:
        checkpoint, metadata, parent_id = opener(_field("c", namespace, checkpoint_id), row)
        pending: list[tuple[tuple[str, str, int], PendingWrite]] = []
        for field, sealed in writes.items():
            name = field.decode()
            task_path, channel, value = opener(name, sealed)
            task_id, index = name.split(SEPARATOR)[3:]
            pending.append((writes_sort_key(task_path, task_id, int(index)), (task_id, channel, value)))
        pending.sort(key=lambda entry: entry[0])
        return CheckpointTuple(
            config=_config(session_id, namespace, checkpoint_id),
            checkpoint=checkpoint,
            metadata=metadata,
            parent_config=_config(session_id, namespace, parent_id) if parent_id else None,
            pending_writes=[write for _, write in pending],
        )


def _where(config: RunnableConfig) -> tuple[SessionId, str]:
    configurable = config["configurable"]
    return SessionId(configurable["thread_id"]), configurable.get("checkpoint_ns", "")


def _config(session_id: SessionId, namespace: str, checkpoint_id: str) -> RunnableConfig:
    return {"configurable": {"thread_id": session_id, "checkpoint_ns": namespace, "checkpoint_id": checkpoint_id}}


def _field(*parts: str) -> str:
    return SEPARATOR.join(parts)


def _rows(stored: dict[bytes, bytes]) -> Iterator[tuple[str, str, bytes]]:
    """(checkpoint id, namespace, row) of every checkpoint, newest first."""
    names = [field.decode().split(SEPARATOR) for field in stored if field.startswith(b"c")]
    for kind, namespace, checkpoint_id in sorted(names, key=lambda name: name[2], reverse=True):
        yield checkpoint_id, namespace, stored[_field(kind, namespace, checkpoint_id).encode()]


def _context(session_id: SessionId, field: str) -> bytes:
    return f"checkpoint:{session_id}:{field}".encode()
