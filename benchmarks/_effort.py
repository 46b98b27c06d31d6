"""What something costs: by the clock, and in processor time, which tells it on a busy machine as well."""

import time
from dataclasses import dataclass

import psutil
import sqlalchemy as sa
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Effort:
    """Seconds by the clock, and seconds of processor time."""

    seconds: float = 0.0
    cpu: float = 0.0

    def __add__(self, other: "Effort") -> "Effort":
        return Effort(self.seconds + other.seconds, self.cpu + other.cpu)

    def __sub__(self, other: "Effort") -> "Effort":
        return Effort(self.seconds - other.seconds, self.cpu - other.cpu)


class Meter:
    """Reads the clock and the processor time of this process and, with PostgreSQL, of the server process behind it.

    Args:
        session: goes on using the same connection.
    """

    def __init__(self, session: Session) -> None:
        """Find the server process."""
        self._server = None
        if session.get_bind().dialect.name == "postgresql":
            self._server = psutil.Process(session.scalar(sa.select(sa.func.pg_backend_pid())))

    def read(self) -> Effort:
        """Return what was spent so far; a difference of two readings is what something cost."""
        cpu = time.process_time()
        if self._server is not None:
            spent = self._server.cpu_times()
            cpu += spent.user + spent.system
        return Effort(time.perf_counter(), cpu)
