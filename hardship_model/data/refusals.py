"""How a mapping, or what it is used on, is refused."""

from hardship_model.data.panel import PanelError

READ_ON = "See docs/DATA.md."


class MappingError(PanelError):
    """A mapping file that cannot be used, or that does not fit the file it is used on."""
