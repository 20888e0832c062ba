"""Queues: declared, checked, bound to a connection, purged, removed."""

from kit import Peer, counts, gone, say
from pika.spec import Basic, Queue


def a_queue_is_declared_again_and_checked():
    peer = Peer()
    peer.call(Queue.Declare(queue="jobs", durable=True))
    peer.call(Queue.Declare(queue="jobs", durable=True))
    peer.publish("jobs", b"one")
    counts(peer, "jobs", 1)
    peer.call(Queue.Declare(queue="jobs", passive=True))
    peer.call(Queue.Delete(queue="jobs"))
    peer.call(Queue.Declare(queue="jobs", passive=True))


def a_passive_declare_looks_at_the_name_alone():
    peer = Peer()
    peer.call(Queue.Declare(queue="jobs", durable=True))
    peer.call(Queue.Declare(queue="jobs", passive=True, durable=False, auto_delete=True, arguments={"x-expires": 5}))
    peer.call(Queue.Delete(queue="jobs"))


def a_different_declare_is_refused():
    peer = Peer()
    arguments = {"x-message-ttl": 60_000, "x-max-length": 10, "x-dead-letter-exchange": "dead"}
    peer.call(Queue.Declare(queue="jobs", durable=True, arguments=arguments))
    different = [
        dict(durable=False, arguments=arguments),
        dict(durable=True, auto_delete=True, arguments=arguments),
        dict(durable=True, arguments=arguments | {"x-message-ttl": 50_000}),
        dict(durable=True, arguments=arguments | {"x-max-length": 11}),
        dict(durable=True, arguments=arguments | {"x-dead-letter-exchange": "other"}),
        dict(durable=True, arguments=arguments | {"x-dead-letter-routing-key": "k"}),
        dict(durable=True, arguments=arguments | {"x-max-priority": 5}),
        dict(durable=True, arguments=arguments | {"x-overflow": "reject-publish"}),
        dict(durable=True, arguments=arguments | {"x-single-active-consumer": True}),
        dict(durable=True),
    ]
    for one in different:
        peer.call(Queue.Declare(queue="jobs", **one))
        peer.reopen()
    peer.call(Queue.Delete(queue="jobs"))


def arguments_that_mean_nothing_are_taken_and_not_compared():
    peer = Peer()
    peer.call(Queue.Declare(queue="jobs", arguments={"note": "mine"}))
    peer.call(Queue.Declare(queue="jobs", arguments={"note": "yours"}))
    peer.call(Queue.Declare(queue="jobs"))
    peer.call(Queue.Delete(queue="jobs"))


def arguments_that_cannot_be_are_refused():
    peer = Peer()
    wrong = [
        {"x-message-ttl": -1},
        {"x-message-ttl": "soon"},
        {"x-expires": 0},
        {"x-expires": -1},
        {"x-max-length": -1},
        {"x-max-length": "many"},
        {"x-max-length-bytes": -1},
        {"x-max-priority": 256},
        {"x-max-priority": -1},
        {"x-overflow": "explode"},
        {"x-overflow": 5},
        {"x-dead-letter-exchange": 5},
        {"x-dead-letter-routing-key": "k"},
        {"x-single-active-consumer": "yes"},
        {"x-queue-type": "pile"},
    ]
    for arguments in wrong:
        peer.call(Queue.Declare(queue="jobs", arguments=arguments))
        peer.reopen()


def names():
    peer = Peer()
    made = peer.call(Queue.Declare(queue="", exclusive=True))
    assert made.queue.startswith("amq.gen-"), made
    peer.call(Queue.Declare(queue="amq.mine"))
    peer.reopen()
    peer.call(Queue.Declare(queue="amq.mine", passive=True))
    peer.reopen()
    peer.call(Queue.Declare(queue="grüße 🦀/#*"))
    peer.call(Queue.Delete(queue="grüße 🦀/#*"))
    peer.call(Queue.Declare(queue="n" * 255))
    peer.call(Queue.Delete(queue="n" * 255))


def no_name_is_the_last_one_declared():
    peer = Peer()
    peer.call(Queue.Purge())
    peer.reopen()
    peer.call(Queue.Declare(queue="first"))
    peer.call(Queue.Declare(queue="last"))
    peer.call(Queue.Bind(exchange="amq.direct", routing_key="k"))
    peer.publish("k", b"one", exchange="amq.direct")
    counts(peer, "last", 1)
    peer.call(Basic.Get())
    peer.call(Queue.Bind(exchange="amq.direct"))
    peer.publish("last", b"the key too is the queue's name", exchange="amq.direct")
    counts(peer, "last", 1)
    peer.call(Queue.Purge())
    peer.call(Queue.Delete())
    peer.call(Queue.Delete(queue="first"))


def an_exclusive_queue_is_its_connections_own():
    owner, other = Peer("a"), Peer("b")
    owner.call(Queue.Declare(queue="mine", exclusive=True))
    owner.call(Queue.Declare(queue="mine", exclusive=True))
    for method in [
        Queue.Declare(queue="mine", exclusive=True),
        Queue.Declare(queue="mine", passive=True),
        Queue.Delete(queue="mine"),
        Queue.Purge(queue="mine"),
        Queue.Bind(queue="mine", exchange="amq.direct", routing_key="k"),
        Basic.Get(queue="mine"),
        Basic.Consume(queue="mine", consumer_tag="c"),
    ]:
        other.call(method)
        other.reopen()
    other.publish("mine", b"anybody may send")
    counts(owner, "mine", 1)
    owner.call(Queue.Declare(queue="mine"))
    owner.reopen()
    owner.close()
    gone(other, "mine")


def an_exclusive_queue_goes_with_a_lost_connection():
    owner, other = Peer("a"), Peer("b")
    owner.call(Queue.Declare(queue="mine", exclusive=True, durable=True))
    owner.socket.close()
    gone(other, "mine")


def an_auto_delete_queue_goes_with_its_last_consumer():
    peer = Peer()
    peer.call(Queue.Declare(queue="short", auto_delete=True))
    peer.call(Basic.Consume(queue="short", consumer_tag="a"))
    peer.call(Basic.Consume(queue="short", consumer_tag="b"))
    peer.call(Basic.Cancel(consumer_tag="a"))
    counts(peer, "short", 0, consumers=1)
    peer.call(Basic.Cancel(consumer_tag="b"))
    gone(peer, "short")


def an_auto_delete_queue_goes_with_its_consumers_connection():
    consumer, other = Peer("a"), Peer("b")
    other.call(Queue.Declare(queue="short", auto_delete=True))
    consumer.call(Basic.Consume(queue="short", consumer_tag="c"))
    consumer.close()
    gone(other, "short")


def a_purge_removes_what_is_ready():
    peer = Peer()
    peer.call(Queue.Declare(queue="jobs"))
    for body in (b"held", b"ready", b"ready too"):
        peer.publish("jobs", body)
    counts(peer, "jobs", 3)
    peer.call(Basic.Get(queue="jobs"))
    peer.call(Queue.Purge(queue="jobs"))
    peer.send(Basic.Nack(delivery_tag=1, requeue=True))
    counts(peer, "jobs", 1)
    peer.call(Queue.Purge(queue="nobody's"))
    peer.reopen()
    peer.call(Queue.Delete(queue="jobs"))


def a_delete_may_have_conditions():
    peer = Peer()
    peer.call(Queue.Declare(queue="jobs"))
    peer.publish("jobs", b"one")
    counts(peer, "jobs", 1)
    peer.call(Queue.Delete(queue="jobs", if_empty=True))
    peer.reopen()
    peer.call(Basic.Consume(queue="jobs", consumer_tag="c"))
    peer.deliveries(1)
    peer.call(Queue.Delete(queue="jobs", if_unused=True))
    peer.reopen()
    peer.call(Queue.Delete(queue="jobs"))
    peer.call(Queue.Delete(queue="jobs"))


def methods_may_want_no_answer():
    peer = Peer()
    peer.send(Queue.Declare(queue="jobs", nowait=True))
    peer.send(Queue.Bind(queue="jobs", exchange="amq.direct", routing_key="k", nowait=True))
    peer.publish("k", b"one", exchange="amq.direct")
    counts(peer, "jobs", 1)
    peer.send(Queue.Purge(queue="jobs", nowait=True))
    counts(peer, "jobs", 0)
    peer.send(Queue.Delete(queue="jobs", nowait=True))
    gone(peer, "jobs")
    peer.send(Queue.Declare(queue="jobs", passive=True, nowait=True))
    peer.refused()


def an_idle_queue_goes():
    peer = Peer()
    peer.call(Queue.Declare(queue="idle", arguments={"x-expires": 300}))
    gone_peer = Peer("b")
    peer.publish("idle", b"lost with it")
    say("# nobody looks at it: looking by a get or a declare keeps it")
    peer.call(Basic.Consume(queue="idle", consumer_tag="c", no_ack=True))
    peer.deliveries(1)
    peer.call(Basic.Cancel(consumer_tag="c"))
    gone(gone_peer, "idle")
