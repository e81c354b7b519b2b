"""JupyterLab for the office: in Chinese, asking nothing of the network, keeping its own files with the place."""

import os
from collections.abc import Mapping
from pathlib import Path

from fhdata.places import Place

SETTINGS = Path(__file__).with_name("lab_settings")
OWN_FOLDER = "jupyterlab"
CONFIG_PATH = "JUPYTER_CONFIG_PATH"
# What JupyterLab and its kernels would otherwise keep in the user's own folders, and where below ours.
KEPT = {
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "JUPYTERLAB_SETTINGS_DIR": "settings",
    "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    "IPYTHONDIR": "ipython",
}


def lab_environment(place: Place, environment: Mapping[str, str]) -> dict[str, str]:
    """The environment JupyterLab starts in.

    Its language, and that it fetches no news, looks for no new version and offers no extensions, are defaults in
    ``lab_settings``, which a user may still change in its menus; whatever it keeps lies below ``data/processed``.

    Args:
        place: whose notebooks are opened.
        environment: that of this process.
    """
    own = place.processed.resolve() / OWN_FOLDER
    paths = [str(SETTINGS), *filter(None, [environment.get(CONFIG_PATH, "")])]
    kept = {name: str(own / folder) for name, folder in KEPT.items()}
    return {**environment, **kept, CONFIG_PATH: os.pathsep.join(paths)}
