"""Exchanges: declared, checked, bound to one another, removed."""

from kit import Peer, counts
from pika.spec import Exchange, Queue


def every_type_is_declared():
    peer = Peer()
    for kind in ("direct", "fanout", "topic", "headers"):
        peer.call(Exchange.Declare(exchange=kind, type=kind, durable=True))
        peer.call(Exchange.Declare(exchange=kind, type=kind, durable=True))
        peer.call(Exchange.Declare(exchange=kind, passive=True, type="topic"))
        peer.call(Exchange.Delete(exchange=kind))
    peer.call(Exchange.Declare(exchange="missing", passive=True))


def predeclared_ones_are_there():
    peer = Peer()
    for name, kind in [
        ("amq.direct", "direct"),
        ("amq.fanout", "fanout"),
        ("amq.topic", "topic"),
        ("amq.headers", "headers"),
        ("amq.match", "headers"),
    ]:
        peer.call(Exchange.Declare(exchange=name, type=kind, durable=True))
    peer.call(Exchange.Declare(exchange="amq.direct", type="fanout", durable=True))
    peer.reopen()
    peer.call(Exchange.Delete(exchange="amq.direct"))


def an_unknown_type_ends_the_connection():
    peer = Peer()
    peer.call(Exchange.Declare(exchange="e", type="pigeon"))
    peer.hung_up()


def a_different_declare_is_refused():
    peer = Peer()
    peer.call(Exchange.Declare(exchange="e", type="topic", durable=True, arguments={"alternate-exchange": "other"}))
    for different in [
        dict(type="direct", durable=True, arguments={"alternate-exchange": "other"}),
        dict(type="topic", arguments={"alternate-exchange": "other"}),
        dict(type="topic", durable=True, auto_delete=True, arguments={"alternate-exchange": "other"}),
        dict(type="topic", durable=True, internal=True, arguments={"alternate-exchange": "other"}),
        dict(type="topic", durable=True, arguments={"alternate-exchange": "another"}),
        dict(type="topic", durable=True),
    ]:
        peer.call(Exchange.Declare(exchange="e", **different))
        peer.reopen()
    peer.call(Exchange.Declare(exchange="f", type="topic", arguments={"alternate-exchange": 5}))
    peer.reopen()
    peer.call(Exchange.Delete(exchange="e"))


def names_of_the_servers_own_are_refused():
    peer = Peer()
    for method in [
        Exchange.Declare(exchange="", type="direct"),
        Exchange.Declare(exchange="", passive=True),
        Exchange.Declare(exchange="amq.mine", type="direct"),
        Exchange.Delete(exchange=""),
        Exchange.Delete(exchange="amq.mine"),
        Queue.Bind(queue="q", exchange="", routing_key="k"),
        Queue.Unbind(queue="q", exchange="", routing_key="q"),
        Exchange.Bind(destination="", source="amq.direct", routing_key="k"),
        Exchange.Bind(destination="amq.direct", source="", routing_key="k"),
    ]:
        peer.call(Queue.Declare(queue="q"))
        peer.call(method)
        peer.reopen()
    peer.call(Queue.Delete(queue="q"))


def a_delete_may_have_a_condition():
    peer = Peer()
    peer.call(Exchange.Declare(exchange="e", type="direct"))
    peer.call(Queue.Declare(queue="q"))
    peer.call(Queue.Bind(queue="q", exchange="e", routing_key="k"))
    peer.call(Exchange.Delete(exchange="e", if_unused=True))
    peer.reopen()
    peer.call(Queue.Unbind(queue="q", exchange="e", routing_key="k"))
    peer.call(Exchange.Delete(exchange="e", if_unused=True))
    peer.call(Exchange.Delete(exchange="e"))
    peer.call(Queue.Delete(queue="q"))


def an_auto_delete_exchange_goes_with_its_last_binding():
    peer = Peer()
    peer.call(Exchange.Declare(exchange="short", type="fanout", auto_delete=True))
    peer.call(Queue.Declare(queue="q"))
    peer.call(Queue.Bind(queue="q", exchange="short"))
    peer.call(Queue.Delete(queue="q"))
    peer.call(Exchange.Declare(exchange="short", passive=True))


def bindings_need_both_ends():
    peer = Peer()
    peer.call(Queue.Declare(queue="q"))
    for method in [
        Queue.Bind(queue="missing", exchange="amq.direct", routing_key="k"),
        Queue.Bind(queue="q", exchange="missing", routing_key="k"),
        Queue.Bind(queue="missing", exchange="missing too", routing_key="k"),
        Queue.Unbind(queue="missing", exchange="amq.direct", routing_key="k"),
        Queue.Unbind(queue="q", exchange="missing", routing_key="k"),
        Queue.Unbind(queue="q", exchange="amq.direct", routing_key="never bound"),
        Exchange.Bind(destination="missing", source="amq.direct", routing_key="k"),
        Exchange.Bind(destination="amq.direct", source="missing", routing_key="k"),
        Exchange.Unbind(destination="missing", source="amq.direct", routing_key="k"),
        Exchange.Unbind(destination="amq.fanout", source="amq.direct", routing_key="never bound"),
    ]:
        if peer.call(method) is None:
            peer.reopen()
    peer.call(Queue.Delete(queue="q"))


def a_binding_twice_is_one():
    peer = Peer()
    peer.call(Queue.Declare(queue="q"))
    peer.call(Queue.Bind(queue="q", exchange="amq.direct", routing_key="k"))
    peer.call(Queue.Bind(queue="q", exchange="amq.direct", routing_key="k"))
    peer.publish("k", b"once", exchange="amq.direct")
    counts(peer, "q", 1)
    peer.call(Queue.Bind(queue="q", exchange="amq.direct", routing_key="k", arguments={"other": 1}))
    peer.publish("k", b"still once", exchange="amq.direct")
    counts(peer, "q", 2)
    peer.call(Queue.Unbind(queue="q", exchange="amq.direct", routing_key="k"))
    peer.publish("k", b"by the other binding", exchange="amq.direct")
    counts(peer, "q", 3)
    peer.call(Queue.Delete(queue="q"))


def an_internal_exchange_takes_no_publishes():
    peer = Peer()
    peer.call(Exchange.Declare(exchange="inner", type="fanout", internal=True))
    peer.publish("", b"no", exchange="inner")
    peer.refused()
    peer.reopen()
    peer.call(Exchange.Delete(exchange="inner"))


def a_removed_exchange_takes_its_bindings_along():
    peer = Peer()
    peer.call(Exchange.Declare(exchange="e", type="fanout"))
    peer.call(Queue.Declare(queue="q"))
    peer.call(Queue.Bind(queue="q", exchange="e"))
    peer.call(Exchange.Delete(exchange="e"))
    peer.call(Exchange.Declare(exchange="e", type="fanout"))
    peer.publish("", b"lost", exchange="e")
    counts(peer, "q", 0)
    peer.call(Exchange.Delete(exchange="e"))
    peer.call(Queue.Delete(queue="q"))
