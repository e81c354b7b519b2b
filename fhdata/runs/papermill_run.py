"""Papermill behind one small module: the only place that knows it, imported only where notebooks are run."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

import nbformat
import papermill
from ipykernel.kernelspec import KERNEL_NAME
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from nbclient.exceptions import DeadKernelError
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
from papermill.exceptions import PapermillExecutionError

from fhdata.runs.cells import CellRunner

# A run is remembered by its manifest, not by the shell history of whoever started it.
KERNEL_ARGUMENTS = ["--HistoryManager.enabled=False"]
IN_PROCESS = "fhdata-in-process"


class InProcessEngine(Engine):
    """Papermill's third way to run cells: in the process that calls it, without a kernel."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        on_cell_start: Callable[[nbformat.NotebookNode, int], None],
        **_: object,
    ) -> None:
        """Run the code cells in their order, up to the first that ends in an error."""
        cells = nb_man.nb.cells
        runner = CellRunner()
        for index, cell in enumerate(cells):
            on_cell_start(cell, index)
            if cell.cell_type == "code" and not runner.run(cell):
                nb_man.cell_exception(cell, cell_index=index)
                break


papermill_engines.register(IN_PROCESS, InProcessEngine)


def new_kernel() -> AsyncKernelManager:
    """A kernel, not yet started, of this very Python: never one that a user registered under the same name."""
    return AsyncKernelManager(kernel_name=KERNEL_NAME, kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))


def run_notebook(
    notebook: Path,
    executed: Path,
    parameters: Mapping[str, str],
    kernel: AsyncKernelManager | None,
    tell: Callable[[int, int], None],
) -> Literal["done", "error", "died"]:
    """Run a notebook and write it with its outputs to ``executed``, before the first cell and at the end.

    Args:
        notebook: the notebook file.
        executed: where the executed copy goes.
        parameters: names and values for the cell after the one tagged ``parameters``.
        kernel: the kernel to start; it is ended here. None: the cells run in this process.
        tell: called with the number of the cell that starts and the number of cells.
    """
    content = nbformat.read(notebook, as_version=4)
    total = len(content.cells) + 1  # papermill adds the cell with the parameters

    def on_cell_start(cell: nbformat.NotebookNode, cell_index: int) -> None:
        tell(cell_index + 1, total)

    own: dict[str, object] = {"engine_name": IN_PROCESS}
    if kernel is not None:
        own = {"km": kernel, "record_timing": False, "extra_arguments": KERNEL_ARGUMENTS}
    try:
        papermill.execute_notebook(
            content,
            str(executed).replace("{", "{{").replace("}", "}}"),  # papermill would fill in what stands in braces
            parameters=dict(parameters),
            kernel_name=KERNEL_NAME,
            language="python",
            progress_bar=False,
            on_cell_start=on_cell_start,
            **own,
        )
    except PapermillExecutionError:
        return "error"  # the executed notebook says the rest
    except DeadKernelError:
        return "died"
    finally:
        if kernel is not None and kernel.has_kernel:
            run_sync(kernel.shutdown_kernel)(now=True)
    return "done"
