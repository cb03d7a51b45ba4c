"""What a notebook needs around the toolkit itself: where its data is."""

from pathlib import Path

from kpitools.resources import sample

_SAMPLE = ("", "data/sample")


def data_folder(data: str = "") -> Path:
    """The path a notebook's `data` parameter means: itself where it exists, and the bundled sample by its name.

    A notebook opened by hand runs in its own folder, where ``data/sample`` does not exist; "" or "data/sample" then
    mean the made-up desk that comes with the toolkit.
    """
    path = Path(data)
    return sample() if data in _SAMPLE and not (data and path.exists()) else path
