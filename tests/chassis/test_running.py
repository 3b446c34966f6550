"""A command that runs services ends when it is told to, whatever its services are at just then."""

from __future__ import annotations

import os
import signal

import eventlet
import pytest
from eventlet.event import Event

from services.chassis.running import interrupt_here


@pytest.fixture
def as_before():
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_is_for_the_command_and_not_for_the_service_that_happens_to_run(as_before):
    interrupt_here()
    handled = []

    def handle():
        os.kill(os.getpid(), signal.SIGINT)
        handled.append("all")

    eventlet.spawn(handle)
    with pytest.raises(KeyboardInterrupt):
        Event().wait()
    assert handled == ["all"]


def test_what_a_shell_runs_in_the_background_goes_on_ignoring_ctrl_c(as_before):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    interrupt_here()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
