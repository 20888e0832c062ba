"""Consumers: deliveries, credit, tags, ends."""

from kit import Peer, counts, gone, say
from pika.spec import Basic, Channel, Queue


def _filled(peer, queue, *bodies, **declared):
    peer.call(Queue.Declare(queue=queue, **declared))
    for body in bodies:
        peer.publish(queue, body)
    counts(peer, queue, len(bodies))


def deliveries_come_in_order():
    peer = Peer()
    _filled(peer, "q", b"one", b"two")
    peer.call(Basic.Consume(queue="q", consumer_tag="c"))
    peer.publish("q", b"three")
    peer.deliveries(3)
    peer.send(Basic.Ack(delivery_tag=3, multiple=True))
    counts(peer, "q", 0)
    peer.call(Queue.Delete(queue="q"))


def a_get_takes_one():
    peer = Peer()
    _filled(peer, "q", b"one", b"two", b"three")
    peer.call(Basic.Get(queue="q"))
    peer.call(Basic.Get(queue="q", no_ack=True))
    peer.send(Basic.Ack(delivery_tag=1))
    peer.call(Basic.Get(queue="q"))
    peer.call(Basic.Get(queue="q"))
    peer.call(Queue.Delete(queue="q"))
    peer.call(Basic.Get(queue="q"))


def without_acks_everything_comes_at_once():
    peer = Peer()
    _filled(peer, "q", b"one", b"two", b"three")
    peer.call(Basic.Qos(prefetch_count=1))
    peer.call(Basic.Consume(queue="q", consumer_tag="c", no_ack=True))
    peer.deliveries(3)
    peer.close()
    other = Peer("b")
    counts(other, "q", 0)
    other.call(Queue.Delete(queue="q"))


def tags_are_given_and_known():
    peer = Peer()
    peer.call(Queue.Declare(queue="q"))
    peer.call(Basic.Consume(queue="q"))
    peer.call(Basic.Consume(queue="q", consumer_tag="c"))
    peer.call(Basic.Cancel(consumer_tag="unknown"))
    peer.call(Channel.Open(), channel=2)
    peer.call(Basic.Consume(queue="q", consumer_tag="c"), channel=2)
    counts(peer, "q", 0, consumers=3)
    peer.call(Queue.Delete(queue="q"))
    peer.call(Basic.Consume(queue="missing", consumer_tag="d"))


def a_tag_twice_ends_the_connection():
    peer = Peer()
    peer.call(Queue.Declare(queue="q", exclusive=True))
    peer.call(Basic.Consume(queue="q", consumer_tag="c"))
    peer.call(Basic.Consume(queue="q", consumer_tag="c"))
    peer.hung_up()


def an_exclusive_consumer_is_alone():
    peer, other = Peer("a"), Peer("b")
    peer.call(Queue.Declare(queue="q"))
    peer.call(Basic.Consume(queue="q", consumer_tag="c", exclusive=True))
    other.call(Basic.Consume(queue="q", consumer_tag="d"))
    other.reopen()
    peer.call(Basic.Cancel(consumer_tag="c"))
    other.call(Basic.Consume(queue="q", consumer_tag="d"))
    peer.call(Basic.Consume(queue="q", consumer_tag="c", exclusive=True))
    peer.reopen()
    peer.call(Queue.Delete(queue="q"))


def credit_is_counted_for_each_consumer():
    peer = Peer()
    _filled(peer, "q", *(b"%d" % number for number in range(1, 8)))
    peer.call(Basic.Qos(prefetch_count=2))
    peer.call(Basic.Consume(queue="q", consumer_tag="a"))
    peer.deliveries(2)
    peer.call(Basic.Consume(queue="q", consumer_tag="b"))
    peer.deliveries(2)
    counts(peer, "q", 3)
    peer.nothing(queue="q")
    peer.send(Basic.Ack(delivery_tag=1))
    peer.deliveries(1)
    peer.send(Basic.Ack(delivery_tag=3))
    peer.deliveries(1)
    counts(peer, "q", 1)
    peer.nothing(queue="q")
    peer.call(Queue.Delete(queue="q"))


def credit_of_the_whole_channel():
    peer = Peer()
    _filled(peer, "q", *(b"%d" % number for number in range(1, 6)))
    peer.call(Basic.Qos(prefetch_count=2, global_qos=True))
    peer.call(Basic.Consume(queue="q", consumer_tag="a"))
    peer.deliveries(2)
    peer.call(Basic.Consume(queue="q", consumer_tag="b"))
    counts(peer, "q", 3)
    peer.nothing(queue="q")
    peer.send(Basic.Ack(delivery_tag=2, multiple=True))
    for content in sorted(peer.take("deliveries", 2), key=lambda content: content.body):
        say("< basic.deliver to a or b |", content.body.decode())
    counts(peer, "q", 1)
    peer.nothing(queue="q")
    peer.call(Queue.Delete(queue="q"))


def credit_that_grows_lets_more_through():
    peer = Peer()
    _filled(peer, "q", b"1", b"2", b"3")
    peer.call(Basic.Qos(prefetch_count=1, global_qos=True))
    peer.call(Basic.Consume(queue="q", consumer_tag="a"))
    peer.deliveries(1)
    peer.call(Basic.Qos(prefetch_count=2, global_qos=True))
    peer.deliveries(1)
    peer.call(Basic.Qos(prefetch_count=0, global_qos=True))
    peer.deliveries(1)
    peer.call(Queue.Delete(queue="q"))


def a_get_needs_no_credit():
    peer = Peer()
    _filled(peer, "q", b"1", b"2", b"3")
    peer.call(Basic.Qos(prefetch_count=1))
    peer.call(Basic.Consume(queue="q", consumer_tag="a"))
    peer.deliveries(1)
    peer.call(Basic.Get(queue="q"))
    peer.call(Queue.Delete(queue="q"))


def credit_in_bytes_is_not_done():
    peer = Peer()
    peer.call(Basic.Qos(prefetch_size=1_000))


def a_cancelled_consumer_keeps_what_it_has():
    peer = Peer()
    _filled(peer, "q", b"one", b"two")
    peer.call(Basic.Qos(prefetch_count=1))
    peer.call(Basic.Consume(queue="q", consumer_tag="c"))
    peer.deliveries(1)
    peer.call(Basic.Cancel(consumer_tag="c"))
    peer.send(Basic.Ack(delivery_tag=1))
    counts(peer, "q", 1, consumers=0)
    peer.call(Basic.Consume(queue="q", consumer_tag="c"))
    peer.deliveries(1)
    peer.send(Basic.Nack(delivery_tag=2, requeue=True))
    peer.deliveries(1)
    peer.call(Queue.Delete(queue="q"))


def a_deleted_queue_cancels_its_consumers():
    peer, other = Peer("a"), Peer("b", capabilities={})
    peer.call(Queue.Declare(queue="q"))
    peer.call(Basic.Consume(queue="q", consumer_tag="told"))
    other.call(Basic.Consume(queue="q", consumer_tag="not told"))
    peer.call(Queue.Delete(queue="q"))
    peer.cancels(1)
    other.nothing("cancels")
    peer.call(Queue.Declare(queue="q"))
    peer.call(Basic.Consume(queue="q", consumer_tag="told"))
    peer.call(Queue.Delete(queue="q"))


def a_closed_channel_gives_back_in_order():
    peer = Peer()
    _filled(peer, "q", b"1", b"2", b"3", b"4")
    peer.call(Basic.Qos(prefetch_count=3))
    peer.call(Basic.Consume(queue="q", consumer_tag="c"))
    peer.deliveries(3)
    peer.send(Basic.Ack(delivery_tag=2))
    peer.deliveries(1)
    peer.call(Channel.Close(200, "done", 0, 0))
    peer.reopen()
    counts(peer, "q", 3, consumers=0)
    peer.call(Basic.Consume(queue="q", consumer_tag="c"))
    peer.deliveries(3)
    peer.call(Queue.Delete(queue="q"))


def a_lost_connection_gives_back():
    peer, other = Peer("a"), Peer("b")
    _filled(peer, "q", b"1", b"2")
    peer.call(Basic.Consume(queue="q", consumer_tag="c"))
    peer.deliveries(2)
    peer.socket.close()
    counts(other, "q", 2, consumers=0)
    other.call(Basic.Get(queue="q"))
    other.call(Queue.Delete(queue="q"))


def a_paused_channel():
    peer = Peer()
    peer.call(Channel.Flow(active=True))
    peer.call(Channel.Flow(active=False))


def one_consumer_is_active():
    peer, other = Peer("a"), Peer("b")
    peer.call(Queue.Declare(queue="q", arguments={"x-single-active-consumer": True}))
    peer.call(Basic.Consume(queue="q", consumer_tag="first"))
    other.call(Basic.Consume(queue="q", consumer_tag="second"))
    for body in (b"1", b"2", b"3"):
        peer.publish("q", body)
    peer.deliveries(3)
    other.nothing(queue="q")
    peer.send(Basic.Ack(delivery_tag=1))
    counts(peer, "q", 0, consumers=2)
    peer.close()
    other.deliveries(2)
    other.publish("q", b"4")
    other.deliveries(1)
    other.call(Basic.Consume(queue="q", consumer_tag="third", exclusive=True))
    other.reopen()
    other.call(Queue.Delete(queue="q"))


def a_consumer_of_a_higher_priority_goes_first():
    peer = Peer()
    peer.call(Queue.Declare(queue="q"))
    peer.call(Basic.Qos(prefetch_count=2))
    peer.call(Basic.Consume(queue="q", consumer_tag="low", arguments={"x-priority": -5}))
    peer.call(Basic.Consume(queue="q", consumer_tag="high", arguments={"x-priority": 10}))
    peer.call(Basic.Consume(queue="q", consumer_tag="plain"))
    for number in range(1, 7):
        peer.publish("q", b"%d" % number)
        peer.deliveries(1)
    peer.call(Basic.Consume(queue="q", consumer_tag="wrong", arguments={"x-priority": "high"}))
    peer.reopen()
    peer.call(Queue.Delete(queue="q"))


def consumers_of_one_priority_take_turns():
    peer = Peer()
    peer.call(Queue.Declare(queue="q"))
    for tag in ("a", "b", "c"):
        peer.call(Basic.Consume(queue="q", consumer_tag=tag))
    for number in range(6):
        peer.publish("q", b"%d" % number)
    taken = peer.take("deliveries", 6)
    # How many each gets depends on which of them arrive together.
    say("= these have some", sorted({content.method.consumer_tag for content in taken}))
    peer.call(Queue.Delete(queue="q"))


def a_queue_that_goes_takes_its_consumers_messages():
    peer = Peer()
    _filled(peer, "q", b"1", b"2")
    peer.call(Basic.Qos(prefetch_count=1))
    peer.call(Basic.Consume(queue="q", consumer_tag="c"))
    peer.deliveries(1)
    peer.call(Queue.Delete(queue="q"))
    gone(peer, "q")
    peer.cancels(1)
    peer.send(Basic.Ack(delivery_tag=1))
    peer.nothing("cancels")
