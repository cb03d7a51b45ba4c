"""Put a figure into a notebook with its alt text, and close it."""

import base64
import io
from html import escape

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kpitools.plots.data import as_metadata, data_of


def alt_of(figure: Figure) -> str:
    """The headlines of a figure's axes, in order, as one line of text."""
    titles = (ax.get_title(loc="left") for ax in figure.axes)
    return " ".join(" ".join(title.split()) for title in titles if title)


def show(drawn: Axes | Figure, alt: str | None = None) -> None:
    """Display a figure once, as a PNG whose alt text is `alt`, by default the headlines of its axes.

    The numbers behind a figure of the toolkit go along as metadata, which JupyterLab leaves alone and a report turns
    into a table and a CSV file.
    """
    from IPython.display import display

    figure = drawn if isinstance(drawn, Figure) else drawn.figure
    alt, data = alt or alt_of(figure), data_of(figure)
    if not any(ax.has_data() for ax in figure.axes):
        # An empty frame says no more than its headline.
        plt.close(figure)
        display({"text/html": f"<p>{escape(alt)}</p>", "text/plain": alt}, raw=True)
        return
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=figure.dpi, bbox_inches="tight")
    plt.close(figure)
    picture = base64.b64encode(buffer.getvalue()).decode("ascii")
    metadata = {"image/png": {"alt": alt}}
    if data is not None:
        metadata["kpitools"] = as_metadata(data)
    display({"image/png": picture, "text/plain": alt}, raw=True, metadata=metadata)
