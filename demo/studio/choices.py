"""What the studio offers: the choices behind the fields of the contact form."""

from django.db.models import TextChoices


class Kind(TextChoices):
    """What should be printed."""

    POSTER = "poster", "Posters"
    ZINE = "zine", "A zine"
    CARD = "card", "Cards"
    WORKSHOP = "workshop", "Workshop"


class Ink(TextChoices):
    """The drums in the rack; the style sheet knows their colours by these names."""

    PINK = "pink", "Fluorescent pink"
    BLUE = "blue", "Medium blue"
    YELLOW = "yellow", "Yellow"
    TEAL = "teal", "Teal"
    BLACK = "black", "Black"


class Paper(TextChoices):
    """The stock on the shelf."""

    RECYCLED = "recycled", "Recycled, soft white"
    NATURAL = "natural", "Natural, uncoated"
    GREY = "grey", "Grey board"
    OWN = "own", "I bring my own"


class Finish(TextChoices):
    """What can happen to the sheets afterwards."""

    FOLD = "fold", "Folded"
    STAPLE = "staple", "Stapled"
    TRIM = "trim", "Trimmed to the edge"
    ROUND = "round", "Round corners"
