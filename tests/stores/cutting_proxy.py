"""A TCP proxy that cuts connections in the middle of what the server sends."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class CuttingProxy:
    """Passes bytes on to a server; cuts as many connections as it is told to."""

    def __init__(self, port: int, *, own_port: int = 0) -> None:
        self._target = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", own_port))
        self.port: int = self._listener.getsockname()[1]
        self.cuts_left = 0
        self.cut_after_bytes = 0
        self.cuts = 0
        self.on_cut: Callable[[], object] = lambda: None
        self._is_dead = False
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, times: int, *, after_bytes: int) -> None:
        """Cut the next `times` connections when so many bytes of an answer have passed."""
        self.cuts_left, self.cut_after_bytes = times, after_bytes

    def die(self) -> None:
        """Cut everything, and refuse what comes."""
        self._is_dead = True
        # A thread in accept() keeps the port open until it is woken.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in list(self._open):
            _end(each)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
            except OSError:
                return
            self._open |= {client, server}
            threading.Thread(target=self._pass, args=(client, server), daemon=True).start()
            threading.Thread(target=self._pass_back, args=(server, client), daemon=True).start()

    def _pass(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                server.sendall(data)
        _end(server)

    def _pass_back(self, server: socket.socket, client: socket.socket) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                passed += len(data)
                client.sendall(data)
                if self.cuts_left and passed >= self.cut_after_bytes:
                    self.cuts_left -= 1
                    self.cuts += 1
                    self.on_cut()
                    break
        for each in (client, server):
            _end(each)
            self._open.discard(each)


def _end(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


@contextmanager
def cutting_proxy(port: int, *, own_port: int = 0) -> Iterator[CuttingProxy]:
    """Give a proxy before a port of this host."""
    proxy = CuttingProxy(port, own_port=own_port)
    try:
        yield proxy
    finally:
        proxy.die()
