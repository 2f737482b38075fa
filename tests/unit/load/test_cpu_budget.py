import threading

from rewound.load.cpu_budget import CpuBudget
from tests.waiting import wait_until


def hold(cores, owner, order, release):
    """Take a core in a thread, note it, and keep it until released."""

    def work():
        with cores.one(owner):
            order.append(owner)
            release.wait(10)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_who_holds_the_fewest_is_served_first():
    cores, order = CpuBudget(2), list[str]()
    first, rest = threading.Event(), threading.Event()
    threads = [hold(cores, "a", order, first), hold(cores, "a", order, rest)]
    wait_until(lambda: order == ["a", "a"])
    # a has both; it asks for more before b comes.
    threads.append(hold(cores, "a", order, rest))
    wait_until(lambda: len(cores._waiting) == 1)
    threads.append(hold(cores, "b", order, rest))
    wait_until(lambda: len(cores._waiting) == 2)
    first.set()
    wait_until(lambda: len(order) == 3)
    assert order[2] == "b"
    rest.set()
    for thread in threads:
        thread.join(10)
    assert order == ["a", "a", "b", "a"]


def test_one_that_is_alone_has_all_cores():
    cores, order, release = CpuBudget(3), list[str](), threading.Event()
    threads = [hold(cores, "a", order, release) for _ in range(3)]
    wait_until(lambda: len(order) == 3)
    release.set()
    for thread in threads:
        thread.join(10)


def test_a_core_comes_back_after_a_failure():
    cores = CpuBudget(1)
    for _ in range(2):
        try:
            with cores.one("a"):
                raise ValueError
        except ValueError:
            pass
    with cores.one("b"):
        pass
