"""Bounds in time and size: TTLs, lengths, priorities."""

from kit import Peer, counts, say
from pika.spec import Basic, Confirm, Queue


def messages_of_a_queue_expire():
    peer = Peer()
    peer.call(Confirm.Select())
    peer.call(Queue.Declare(queue="q", arguments={"x-message-ttl": 200}))
    peer.publish("q", b"1")
    peer.publish("q", b"2", expiration="60000")
    peer.confirms(2)
    counts(peer, "q", 0)
    peer.call(Queue.Delete(queue="q"))


def a_message_has_an_expiration_of_its_own():
    peer = Peer()
    peer.call(Confirm.Select())
    peer.call(Queue.Declare(queue="q"))
    peer.publish("q", b"short", expiration="200")
    peer.publish("q", b"long", expiration="60000")
    peer.confirms(2)
    counts(peer, "q", 1)
    peer.call(Basic.Get(queue="q", no_ack=True))
    peer.call(Queue.Delete(queue="q"))


def what_is_held_does_not_expire():
    peer = Peer()
    peer.call(Queue.Declare(queue="q", arguments={"x-message-ttl": 300}))
    peer.call(Basic.Qos(prefetch_count=1))
    peer.call(Basic.Consume(queue="q", consumer_tag="c"))
    peer.call(Confirm.Select())
    peer.publish("q", b"held")
    peer.publish("q", b"not held")
    peer.confirms(2)
    peer.deliveries(1)
    counts(peer, "q", 0)
    peer.call(Basic.Cancel(consumer_tag="c"))
    peer.send(Basic.Nack(delivery_tag=1, requeue=True))
    counts(peer, "q", 0)
    peer.call(Queue.Delete(queue="q"))


def without_time_to_live_only_who_waits_gets_it():
    peer = Peer()
    peer.call(Confirm.Select())
    peer.call(Queue.Declare(queue="q", arguments={"x-message-ttl": 0}))
    peer.publish("q", b"lost")
    peer.confirms(1)
    counts(peer, "q", 0)
    peer.call(Basic.Consume(queue="q", consumer_tag="c"))
    peer.publish("q", b"caught")
    peer.deliveries(1)
    peer.call(Queue.Delete(queue="q"))


def the_oldest_make_room():
    peer = Peer()
    peer.call(Confirm.Select())
    peer.call(Queue.Declare(queue="q", arguments={"x-max-length": 2}))
    for number in range(1, 5):
        peer.publish("q", b"%d" % number)
    peer.confirms(4)
    counts(peer, "q", 2)
    for _ in range(2):
        peer.call(Basic.Get(queue="q", no_ack=True))
    peer.call(Queue.Delete(queue="q"))


def a_length_in_bytes():
    peer = Peer()
    peer.call(Queue.Declare(queue="q", arguments={"x-max-length-bytes": 10}))
    peer.call(Confirm.Select())
    for number, body in enumerate((b"12345", b"67890", b"a", b"too long for the queue")):
        peer.publish("q", body)
        peer.confirms(number + 1, since=number)
        told = peer.rpc(1, Queue.Declare(queue="q", passive=True))
        say("= ready:", told.message_count)
    peer.call(Queue.Delete(queue="q"))


def what_is_held_does_not_count_for_the_length():
    peer = Peer()
    peer.call(Queue.Declare(queue="q", arguments={"x-max-length": 2}))
    for number in range(1, 3):
        peer.publish("q", b"%d" % number)
    counts(peer, "q", 2)
    peer.call(Basic.Get(queue="q"))
    counts(peer, "q", 1)
    peer.publish("q", b"3")
    counts(peer, "q", 2)
    peer.call(Basic.Get(queue="q"))
    peer.call(Basic.Get(queue="q"))
    peer.call(Queue.Delete(queue="q"))


def a_full_queue_refuses():
    peer = Peer()
    peer.call(Confirm.Select())
    peer.call(Queue.Declare(queue="q", arguments={"x-max-length": 2, "x-overflow": "reject-publish"}))
    for number in range(1, 4):
        peer.publish("q", b"%d" % number, mandatory=True)
        peer.confirms(number, since=number - 1)
    peer.nothing("returns")
    peer.call(Basic.Get(queue="q", no_ack=True))
    counts(peer, "q", 1)
    peer.publish("q", b"4")
    peer.confirms(4, since=3)
    counts(peer, "q", 2)
    peer.call(Queue.Delete(queue="q"))


def one_full_queue_of_two_refuses_for_both():
    peer = Peer()
    peer.call(Confirm.Select())
    peer.call(Queue.Declare(queue="full", arguments={"x-max-length": 1, "x-overflow": "reject-publish"}))
    peer.call(Queue.Declare(queue="free"))
    for queue in ("full", "free"):
        peer.call(Queue.Bind(queue=queue, exchange="amq.fanout"))
    for number in range(1, 3):
        peer.publish("", b"%d" % number, exchange="amq.fanout")
        peer.confirms(number, since=number - 1)
    counts(peer, "full", 1)
    counts(peer, "free", 2)
    peer.call(Queue.Delete(queue="full"))
    peer.call(Queue.Delete(queue="free"))


def a_full_queue_that_dead_letters_what_it_refuses():
    peer = Peer()
    peer.call(Confirm.Select())
    peer.call(Queue.Declare(queue="dead"))
    arguments = {
        "x-max-length": 1,
        "x-overflow": "reject-publish-dlx",
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": "dead",
    }
    if peer.call(Queue.Declare(queue="q", arguments=arguments)) is None:
        return
    for number in range(1, 3):
        peer.publish("q", b"%d" % number)
        peer.confirms(number, since=number - 1)
    counts(peer, "dead", 1)
    peer.call(Basic.Get(queue="dead", no_ack=True))
    peer.call(Queue.Delete(queue="q"))
    peer.call(Queue.Delete(queue="dead"))


def the_most_urgent_goes_first():
    peer = Peer()
    peer.call(Queue.Declare(queue="q", arguments={"x-max-priority": 5}))
    for priority, body in [(0, b"zero"), (3, b"three"), (None, b"none"), (5, b"five"), (9, b"nine"), (3, b"three too")]:
        peer.publish("q", body, priority=priority)
    counts(peer, "q", 6)
    for _ in range(6):
        peer.call(Basic.Get(queue="q", no_ack=True))
    peer.call(Queue.Delete(queue="q"))


def a_requeued_urgent_message_stays_urgent():
    peer = Peer()
    peer.call(Queue.Declare(queue="q", arguments={"x-max-priority": 5}))
    peer.publish("q", b"low", priority=1)
    peer.publish("q", b"high", priority=4)
    counts(peer, "q", 2)
    peer.call(Basic.Get(queue="q"))
    peer.send(Basic.Nack(delivery_tag=1, requeue=True))
    counts(peer, "q", 2)
    peer.call(Basic.Get(queue="q"))
    peer.call(Queue.Delete(queue="q"))


def priorities_mean_nothing_elsewhere():
    peer = Peer()
    peer.call(Queue.Declare(queue="q"))
    peer.publish("q", b"first", priority=1)
    peer.publish("q", b"second", priority=9)
    counts(peer, "q", 2)
    peer.call(Basic.Get(queue="q", no_ack=True))
    peer.call(Queue.Delete(queue="q"))
