"""The cells of one notebook, run in this very process by IPython, with outputs as a Jupyter kernel would give them."""

import io
import os
import sys
import tempfile
from typing import Any

from ipykernel.jsonutil import encode_images, json_clean
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from nbformat.v4 import new_output
from traitlets import Type
from traitlets.config import Config


class Recorder:
    """Where the outputs of the running cell go, in their order; neighbouring texts of one stream become one output."""

    def __init__(self) -> None:
        self.outputs: list[NotebookNode] = []
        self._shown: dict[str, list[NotebookNode]] = {}
        self._is_clearing = False

    def open_cell(self, outputs: list[NotebookNode]) -> None:
        """From now on the outputs belong to another cell."""
        self.outputs = outputs
        self._is_clearing = False

    def add(self, output: NotebookNode) -> None:
        """Add one output."""
        if self._is_clearing:
            self.clear(is_waiting=False)
        self.outputs.append(output)

    def write(self, stream: str, text: str) -> None:
        """Add text written to ``stdout`` or ``stderr``."""
        last = self.outputs[-1] if self.outputs and not self._is_clearing else None
        if last is not None and last.output_type == "stream" and last.name == stream:
            last.text += text
        elif text:
            self.add(new_output("stream", name=stream, text=text))

    def show(self, data: dict[str, Any], metadata: dict[str, Any], display_id: str, *, is_update: bool) -> None:
        """Add a picture or table that a cell displays, or change those that were displayed under the same name."""
        content = {"data": json_clean(encode_images(data)), "metadata": json_clean(metadata)}
        if is_update:
            for output in self._shown.get(display_id, []):
                output.update(NotebookNode(content))
            return
        output = new_output("display_data", **content)
        if display_id:
            self._shown.setdefault(display_id, []).append(output)
        self.add(output)

    def clear(self, *, is_waiting: bool) -> None:
        """Forget the running cell's outputs, now or as soon as the next one comes."""
        self._is_clearing = is_waiting
        if not is_waiting:
            self.outputs.clear()


class _Stream(io.TextIOBase):
    """Standard output or standard error of the cells; its file number is the one that child processes write to."""

    encoding = "UTF-8"

    def __init__(self, recorder: Recorder, name: str, number: int) -> None:
        self._recorder, self.name, self._number = recorder, name, number

    def write(self, text: str) -> int:
        self._recorder.write(self.name, text)
        return len(text)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._number


class _Results(DisplayHook):
    """Records the value of a cell's last line."""

    def write_output_prompt(self) -> None:
        """Print no prompt: the output carries its number."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        content = {"data": json_clean(encode_images(format_dict)), "metadata": json_clean(md_dict or {})}
        shell: Any = self.shell
        shell.recorder.add(new_output("execute_result", execution_count=self.prompt_count, **content))

    def finish_displayhook(self) -> None:
        self._is_active = False


class _Displays(DisplayPublisher):
    """Records what a cell displays."""

    def publish(  # type: ignore[override]
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **_: object,
    ) -> None:
        name = (transient or {}).get("display_id", "")
        shell: Any = self.shell
        shell.recorder.show(data, metadata or {}, name, is_update=update)

    def clear_output(self, wait: bool = False) -> None:
        shell: Any = self.shell
        shell.recorder.clear(is_waiting=wait)


class ShellLikeZmq(InteractiveShell):
    """IPython without a terminal and without a kernel: what cells say and show is recorded.

    pandas looks for "zmq" in the shell's name to lay out tables as for a notebook, not as for a terminal.
    """

    recorder: Recorder
    displayhook_class = Type(_Results)
    display_pub_class = Type(_Displays)

    def __init__(self, recorder: Recorder, **settings: object) -> None:
        self.recorder = recorder
        super().__init__(**settings)

    def _showtraceback(self, etype: type[BaseException], evalue: BaseException, stb: list[str]) -> None:
        self.recorder.add(new_output("error", ename=etype.__name__, evalue=str(evalue), traceback=stb))

    def ask_exit(self) -> None:
        """End the cell: ``exit()`` is told like ``sys.exit()``."""
        raise SystemExit

    def enable_gui(self, gui: str | None = None) -> None:
        """Open no window: nobody watches."""

    def init_history(self) -> None:
        """Keep no history beyond this run: a run is remembered by its manifest."""
        self.config.HistoryManager.enabled = False
        super().init_history()


class CellRunner:
    """One notebook's shell; from its making on, this process's standard streams are the cells'."""

    def __init__(self) -> None:
        self._recorder = Recorder()
        with tempfile.TemporaryFile() as file:
            os.dup2(file.fileno(), 1)
        self._read = {"stdout": 0, "stderr": os.fstat(2).st_size}
        sys.stdout = _Stream(self._recorder, "stdout", 1)
        sys.stderr = _Stream(self._recorder, "stderr", 2)
        self._shell = ShellLikeZmq.instance(recorder=self._recorder, config=Config())
        if "" not in sys.path:
            sys.path.insert(0, "")  # modules beside the notebook's working folder, as in a kernel

    def run(self, cell: NotebookNode) -> bool:
        """Run one code cell and put its outputs into it; False where it ended in an error."""
        cell.outputs = []
        if not cell.source.strip():
            return True
        self._recorder.open_cell(cell.outputs)
        cell.execution_count = self._shell.execution_count
        result = self._shell.run_cell(cell.source, store_history=True)
        for name, number in (("stdout", 1), ("stderr", 2)):
            self._recorder.write(name, self._written(name, number))
        return bool(result.success)

    def _written(self, name: str, number: int) -> str:
        """What has been written past Python, by a library or a child process; both files can be read back."""
        size = os.fstat(number).st_size
        text = os.pread(number, size - self._read[name], self._read[name])
        self._read[name] = size
        return text.decode(errors="replace")
