import pytest

from rewound.engine.boot import explain_end, require_clean_end
from rewound.errors import HostError, ServerNotReady

GIB = 1 << 30
CRASH = "\n".join(f" #{number} 0x7effed6a5744 <unknown>" for number in range(60))


@pytest.mark.parametrize(
    ("log", "free_bytes"),
    [
        ("[ERROR] Error writing file './game/t.MYD' (errno: 28 - No space left on device)", GIB),
        (f"[ERROR] [InnoDB] Operating system error number 28\n{CRASH}", GIB),
        ("[Warning] [InnoDB] 1048576 bytes should have been written. Only 942080 bytes", GIB),
        ("[Warning] [InnoDB] Retry attempts for writing partial data failed.", GIB),
        ("[ERROR] [InnoDB] UNDO tablespace ./undo_001 must be writable!", 0),
        ("", 0),
    ],
    ids=[
        "in the last line",
        "before a crash",
        "half written",
        "not written",
        "on a full disk",
        "without a word",
    ],
)
def test_explain_end_names_a_full_disk(log: str, free_bytes: int):
    error = explain_end("world a", log, free_bytes=free_bytes)
    assert error.message == "no disk space left for the server of world a"
    assert "free some disk space" in str(error.hint)


@pytest.mark.parametrize(
    "words",
    [
        "src/central_freelist.cc:312] tcmalloc: allocation failed 40960",
        "[ERROR] [MY-012681] [InnoDB] Cannot allocate memory for the buffer pool",
        "[ERROR] [MY-010253] [Server] Out of memory; check if mysqld or some other process",
        "[ERROR] [MY-010106] [Server] Can't create interrupt-thread (error 11, errno: 12)",
        "terminate called after throwing an instance of 'std::bad_alloc'",
    ],
)
def test_explain_end_names_a_host_without_memory(words: str):
    log = f"{words}\n2026-11-28T12:00:00Z UTC - mysqld got signal 6 ;\n{CRASH}"
    error = explain_end("world a", log, free_bytes=GIB)
    assert error.message == "no memory left on this host for the server of world a"
    assert "--worlds" in str(error.hint)


def test_explain_end_shows_what_was_said_before_a_crash_and_not_its_trace():
    cause = "InnoDB: Assertion failure: fil0fil.cc:2301\n12:00:00 UTC - mysqld got signal 6 ;"
    error = explain_end("world a", f"{cause}\n{CRASH}", free_bytes=GIB)
    assert str(error).endswith(cause)


def test_explain_end_shows_the_end_of_the_log_where_there_is_room():
    error = explain_end("world a", f"long ago\n{CRASH}\nat last", free_bytes=GIB)
    assert isinstance(error, ServerNotReady)
    assert str(error).endswith("at last")
    assert "long ago" not in str(error)


@pytest.mark.parametrize(
    "cause",
    [
        "[InnoDB] ./#innodb_redo/#ib_redo75 can't be opened in read-write mode.",
        "[InnoDB] The innodb_system data file 'ibdata1' must be writable",
    ],
)
def test_explain_end_tells_of_files_that_could_not_be_written(cause: str):
    error = explain_end("world a", f"[ERROR] {cause}\n[ERROR] [Server] Aborting", free_bytes=GIB)
    assert "the disk is full, or was a moment ago" in str(error.hint)


@pytest.mark.parametrize(
    ("last", "is_told"),
    [
        ("[System] [MY-010931] [Server] mysqld: ready for connections.", False),
        ("2026-11-28T12:00:00Z UTC - mysqld got signal 11 ;", True),
        ("[ERROR] [MY-010119] [Server] Aborting", True),
        ("[System] [MY-013172] [Server] Received SHUTDOWN from user <via user signal>.", True),
    ],
)
def test_explain_end_tells_of_a_kill_where_the_log_has_no_reason(last: str, is_told: bool):
    hint = explain_end("world a", last, free_bytes=GIB).hint
    assert (hint is None) is is_told
    assert is_told or "dmesg" in str(hint)


def test_require_clean_end_takes_only_the_very_end_for_one():
    ended = "[System] [MY-010910] [Server] mysqld: Shutdown complete (mysqld 9.7.4)\n[System] end."
    require_clean_end("world a", ended, free_bytes=0)
    with pytest.raises(ServerNotReady, match="did not stop cleanly"):
        require_clean_end("world a", f"{ended}\n{CRASH}", free_bytes=GIB)
    with pytest.raises(HostError, match="no disk space left"):
        require_clean_end("world a", CRASH, free_bytes=0)
