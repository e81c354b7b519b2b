"""What a reading changes of the whole process is set back when it ends, however it ends."""

import gc
import os

import pyarrow as pa
import pytest

from fhdata.intake.process_state import arrow_on_system_memory, collector_at_rest, compiled_libraries_quiet


def test_arrows_memory_is_set_back_and_what_was_made_stays_usable() -> None:
    before = pa.default_memory_pool().backend_name
    with arrow_on_system_memory():
        assert pa.default_memory_pool().backend_name == "system"
        made = pa.array([1, 2, 3])
    with pytest.raises(ZeroDivisionError), arrow_on_system_memory():
        _ = 1 / 0
    assert pa.default_memory_pool().backend_name == before
    assert made.to_pylist() == [1, 2, 3]


def test_collector_works_again_only_where_it_did_before() -> None:
    with collector_at_rest():
        assert not gc.isenabled()
        with collector_at_rest():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_terminal_is_quiet_only_while_the_library_works(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr", None)  # as in a program without a terminal
    with compiled_libraries_quiet():
        os.write(2, b"trace")
    os.write(2, b"told")
    assert capfd.readouterr().err == "told"
