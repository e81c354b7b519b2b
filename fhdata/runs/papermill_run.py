"""Papermill behind one small module: the only place that knows it, imported in the worker process only."""

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
from papermill.exceptions import PapermillExecutionError

# A run is remembered by its manifest, not by the shell history of whoever started it.
KERNEL_ARGUMENTS = ["--HistoryManager.enabled=False"]


def new_kernel() -> AsyncKernelManager:
    """A kernel, not yet started, of this very Python: never one that a user registered under the same name."""
    return AsyncKernelManager(kernel_name=KERNEL_NAME, kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))


def run_notebook(
    notebook: Path,
    executed: Path,
    parameters: Mapping[str, str],
    kernel: AsyncKernelManager,
    tell: Callable[[int, int], None],
) -> Literal["done", "error", "died"]:
    """Run a notebook and write it with its outputs to ``executed``, after every cell and at an error, too.

    Args:
        notebook: the notebook file.
        executed: where the executed copy goes.
        parameters: names and values for the cell after the one tagged ``parameters``.
        kernel: the kernel to start; it is ended here.
        tell: called with the number of the cell that starts and the number of cells.
    """
    content = nbformat.read(notebook, as_version=4)
    total = len(content.cells) + 1  # papermill adds the cell with the parameters

    def on_cell_start(cell: nbformat.NotebookNode, cell_index: int) -> None:
        tell(cell_index + 1, total)

    try:
        papermill.execute_notebook(
            content,
            str(executed).replace("{", "{{").replace("}", "}}"),  # papermill would fill in what stands in braces
            parameters=dict(parameters),
            kernel_name=KERNEL_NAME,
            language="python",
            progress_bar=False,
            km=kernel,
            on_cell_start=on_cell_start,
            record_timing=False,
            extra_arguments=KERNEL_ARGUMENTS,
        )
    except PapermillExecutionError:
        return "error"  # the executed notebook says the rest
    except DeadKernelError:
        return "died"
    finally:
        if kernel.has_kernel:
            run_sync(kernel.shutdown_kernel)(now=True)
    return "done"
