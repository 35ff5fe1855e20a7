"""Results as Markdown tables."""

from __future__ import annotations


def print_table(head: list[str], rows: list[list[str]]) -> None:
    """Prints a table that reads well in a terminal and in a README."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for cells in (head, ["-" * width for width in widths], *rows):
        padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        print(f"| {' | '.join(padded)} |")
