"""Which queues a message reaches."""

from kit import Peer, counts, say
from pika.spec import Basic, Exchange, Queue


def _queues(peer, *names):
    for name in names:
        peer.call(Queue.Declare(queue=name))


def _reached(peer, *names):
    """Which of the queues hold something; they are empty afterwards."""
    peer.rpc(1, Basic.Qos())
    reached = []
    for name in names:
        count = peer.rpc(1, Queue.Purge(queue=name)).message_count
        reached += [name] * count
    say("= reached:", *reached or ["nobody"])


def _removed(peer, *names):
    for name in names:
        peer.rpc(1, Queue.Delete(queue=name))


def direct():
    peer = Peer()
    _queues(peer, "a", "b")
    for queue, key in [("a", "red"), ("b", "red"), ("b", "blue")]:
        peer.call(Queue.Bind(queue=queue, exchange="amq.direct", routing_key=key))
    for key in ("red", "blue", "green", "", "RED"):
        peer.publish(key, b"m", exchange="amq.direct")
        _reached(peer, "a", "b")
    _removed(peer, "a", "b")


def fanout():
    peer = Peer()
    _queues(peer, "a", "b", "c")
    peer.call(Queue.Bind(queue="a", exchange="amq.fanout", routing_key="ignored"))
    peer.call(Queue.Bind(queue="b", exchange="amq.fanout"))
    peer.publish("anything", b"m", exchange="amq.fanout")
    _reached(peer, "a", "b", "c")
    _removed(peer, "a", "b", "c")


def topic():
    peer = Peer()
    patterns = ["#", "*", "a.*", "a.#", "*.b", "#.b", "a.*.c", "a.#.c", "#.#", "*.#", "", "a.b", "*.*"]
    for pattern in patterns:
        peer.rpc(1, Queue.Declare(queue=f"q {pattern}"))
        peer.rpc(1, Queue.Bind(queue=f"q {pattern}", exchange="amq.topic", routing_key=pattern))
    for key in ("", "a", "b", "a.b", "a.b.c", "a.c", "a.x.y.c", "a.", ".b", "a..c", ".", "a.*", "#"):
        peer.publish(key, b"m", exchange="amq.topic")
        _reached(peer, *(f"q {pattern}" for pattern in patterns))
    _removed(peer, *(f"q {pattern}" for pattern in patterns))


def headers():
    peer = Peer()
    bindings = {
        "all": {"x-match": "all", "kind": "order", "size": 5},
        "any": {"x-match": "any", "kind": "order", "size": 5},
        "default is all": {"kind": "order", "size": 5},
        "present": {"kind": None},
        "x- does not count": {"kind": "order", "x-size": 9},
        "all with x": {"x-match": "all-with-x", "kind": "order", "x-size": 9},
        "any with x": {"x-match": "any-with-x", "kind": "none", "x-size": 9},
        "nothing": {},
        "nothing, any": {"x-match": "any"},
    }
    for queue, arguments in bindings.items():
        peer.call(Queue.Declare(queue=queue))
        if peer.call(Queue.Bind(queue=queue, exchange="amq.headers", arguments=arguments)) is None:
            peer.reopen()
    for given in [
        {"kind": "order", "size": 5},
        {"kind": "order"},
        {"kind": "invoice", "size": 5},
        {"kind": "order", "size": "5"},
        {"kind": "order", "size": 2**40},
        {"kind": True},
        {"x-size": 9},
        {"kind": "order", "x-size": 9},
        {},
        None,
    ]:
        peer.publish("", b"m", exchange="amq.headers", headers=given)
        _reached(peer, *bindings)
    _removed(peer, *bindings)


def a_wrong_match_is_refused():
    peer = Peer()
    _queues(peer, "q")
    for match in ("some", 5):
        peer.call(Queue.Bind(queue="q", exchange="amq.headers", arguments={"x-match": match}))
        peer.reopen()
    _removed(peer, "q")


def the_default_exchange_knows_every_queue():
    peer = Peer()
    _queues(peer, "a", "b")
    for key in ("a", "b", "c", ""):
        peer.publish(key, b"m")
        _reached(peer, "a", "b")
    _removed(peer, "a", "b")


def one_queue_by_many_bindings_gets_one():
    peer = Peer()
    _queues(peer, "q")
    for key in ("a.#", "#.b", "a.b"):
        peer.call(Queue.Bind(queue="q", exchange="amq.topic", routing_key=key))
    peer.publish("a.b", b"m", exchange="amq.topic")
    _reached(peer, "q")
    _removed(peer, "q")


def exchange_to_exchange():
    peer = Peer()
    for name, kind in [("in", "topic"), ("mid", "fanout"), ("out", "direct")]:
        peer.call(Exchange.Declare(exchange=name, type=kind))
    _queues(peer, "a", "b")
    peer.call(Exchange.Bind(destination="mid", source="in", routing_key="eu.#"))
    peer.call(Exchange.Bind(destination="out", source="mid"))
    peer.call(Exchange.Bind(destination="in", source="out", routing_key="eu.loop"))
    peer.call(Queue.Bind(queue="a", exchange="mid"))
    peer.call(Queue.Bind(queue="b", exchange="out", routing_key="eu.new"))
    for key in ("eu.new", "eu.old", "us.new", "eu.loop"):
        peer.publish(key, b"m", exchange="in")
        _reached(peer, "a", "b")
    peer.call(Exchange.Unbind(destination="mid", source="in", routing_key="eu.#"))
    peer.publish("eu.new", b"m", exchange="in")
    _reached(peer, "a", "b")
    for name in ("in", "mid", "out"):
        peer.call(Exchange.Delete(exchange=name))
    _removed(peer, "a", "b")


def alternate_exchange():
    peer = Peer()
    peer.call(Exchange.Declare(exchange="last", type="fanout"))
    peer.call(Exchange.Declare(exchange="second", type="direct", arguments={"alternate-exchange": "last"}))
    peer.call(Exchange.Declare(exchange="first", type="direct", arguments={"alternate-exchange": "second"}))
    _queues(peer, "a", "b", "c")
    peer.call(Queue.Bind(queue="a", exchange="first", routing_key="a"))
    peer.call(Queue.Bind(queue="b", exchange="second", routing_key="b"))
    peer.call(Queue.Bind(queue="c", exchange="last"))
    for key in ("a", "b", "c"):
        peer.publish(key, b"m", exchange="first", mandatory=True)
        _reached(peer, "a", "b", "c")
    peer.call(Exchange.Delete(exchange="last"))
    peer.publish("c", b"nobody", exchange="first", mandatory=True)
    peer.returns(1)
    for name in ("first", "second"):
        peer.call(Exchange.Delete(exchange=name))
    _removed(peer, "a", "b", "c")


def copies_and_blind_copies():
    peer = Peer()
    _queues(peer, "a", "b", "c", "d")
    peer.publish("a", b"m", headers={"CC": ["b"], "BCC": ["c", "a"]})
    for queue in ("a", "b", "c"):
        peer.call(Basic.Get(queue=queue, no_ack=True))
    _reached(peer, "a", "b", "c", "d")
    peer.publish("nobody", b"m", mandatory=True, headers={"CC": ["d"]})
    _reached(peer, "a", "b", "c", "d")
    peer.publish("nobody", b"m", mandatory=True, headers={"CC": ["no one"], "BCC": ["neither"]})
    peer.returns(1)
    for headers in ({"CC": "b"}, {"BCC": 5}):
        peer.publish("a", b"m", headers=headers)
        peer.refused()
        peer.reopen()
    _removed(peer, "a", "b", "c", "d")
