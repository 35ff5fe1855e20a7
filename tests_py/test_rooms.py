"""Which rooms may be joined."""

from __future__ import annotations

import uuid

import pytest
from django.core import signing
from pytest_django import Settings

from liveview.rooms import RoomRefused, is_private, new_room, open_room, sign_room

PRIVATE = ["0" * 32, "ABCDEF" + "0" * 26, str(uuid.uuid4()), uuid.uuid4().hex]
GUESSABLE = ["chat", "", "0" * 31, "0" * 33, "chat:wrong-signature", "g" * 32, " " * 32, "é:ü"]


def test_a_new_room_is_a_private_one_each_time() -> None:
    assert new_room() != new_room()
    assert is_private(new_room())


@pytest.mark.parametrize("name", ["chat-42", "é/ü :x", "0" * 32, ""])
def test_a_signed_room_is_joined_under_its_name(name: str) -> None:
    assert open_room(sign_room(name)) == name


@pytest.mark.parametrize("name", PRIVATE)
def test_a_name_that_nobody_can_guess_needs_no_signature(name: str) -> None:
    assert open_room(name) == name


@pytest.mark.parametrize("name", GUESSABLE)
def test_a_name_that_could_be_guessed_is_refused_with_the_way_out(name: str) -> None:
    with pytest.raises(RoomRefused, match=r"data-room=.*UNSIGNED_ROOMS"):
        open_room(name)


def test_a_signature_for_something_else_is_none() -> None:
    for signed in (signing.Signer().sign("chat"), sign_room("chat")[:-1], "x" + sign_room("chat")):
        with pytest.raises(RoomRefused):
            open_room(signed)


def test_a_project_may_let_everybody_into_every_room(settings: Settings) -> None:
    settings.LIVEVIEW = {"UNSIGNED_ROOMS": True}

    assert open_room("chat") == "chat"
    assert open_room(sign_room("chat")) == "chat", "one room, whoever signs"
